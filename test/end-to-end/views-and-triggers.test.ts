/** Views and triggers arrive and work; the SQL of a plan makes what a run makes; what is missing is in a file. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { postgresBinaries } from '../support/postgres-binaries.ts'
import { follow, type Said } from './cli.ts'
import { objectsOf, openWorld, type Target } from './world.ts'

const world = await openWorld()
const binaries = await postgresBinaries()

const SHOP = `
  CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, orders INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE "order" (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer ON DELETE CASCADE,
    total INTEGER NOT NULL, state TEXT DEFAULT 'new', updated_at TIMESTAMP);
  CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT, of INTEGER, was TEXT, becomes TEXT);
  CREATE INDEX order_customer ON "order" (customer);
  CREATE VIEW a_report AS SELECT name, spent FROM b_spent WHERE spent > 10;
  CREATE VIEW b_spent AS SELECT c.id, c.name, sum(o.total) AS spent FROM customer c JOIN "order" o ON o.customer = c.id
    GROUP BY c.id, c.name;
  CREATE VIEW people AS SELECT id, name FROM customer;
  CREATE TRIGGER counts AFTER INSERT ON "order" BEGIN
    UPDATE customer SET orders = orders + 1 WHERE id = NEW.customer; END;
  CREATE TRIGGER logs AFTER UPDATE OF state ON "order" WHEN OLD.state IS NOT NEW.state BEGIN
    INSERT INTO log (what, of, was, becomes) VALUES ('state', NEW.id, OLD.state, NEW.state); END;
  CREATE TRIGGER guards BEFORE DELETE ON customer BEGIN
    SELECT RAISE(ABORT, 'has orders') WHERE EXISTS (SELECT 1 FROM "order" WHERE customer = OLD.id); END;
  CREATE TRIGGER joins INSTEAD OF INSERT ON people BEGIN INSERT INTO customer (name) VALUES (NEW.name); END;
  INSERT INTO customer (id, name) VALUES (1, 'Ada'), (2, 'Bob');
  INSERT INTO "order" (customer, total, updated_at) VALUES (1, 7, '2024-01-01 10:00:00'), (1, 8, NULL), (2, 3, NULL);`

const ends = (source: string, target: Target) => ['--from', `sqlite:${source}`, '--to', target.url]

async function done(words: string[], status = 0): Promise<Said> {
  const said = await world.run(words)
  assert.equal(said.status, status, said.all)
  return said
}

const psql = (url: string, file: string) =>
  follow(
    join(binaries, 'psql'),
    ['-X', '-q', '--single-transaction', '--set', 'ON_ERROR_STOP=1', '--file', file, url],
    { env: process.env },
  )

async function dumped(url: string): Promise<string> {
  const said = await follow(
    join(binaries, 'pg_dump'),
    ['--schema-only', '--no-owner', '--exclude-schema=longhaul', url],
    { env: process.env },
  )
  assert.equal(said.status, 0, said.err)
  return said.out.replace(/^\\(un)?restrict .*$/gm, '')
}

suite('views and triggers', { concurrency: 2 }, () => {
  test('work after the run, and did not fire during it', async () => {
    const target = await world.target()
    await done(['full', ...ends(world.source(SHOP), target)])
    assert.deepEqual(await target.rows('SELECT name, spent::int FROM a_report'), [['Ada', 15]])
    assert.deepEqual(await target.rows('SELECT orders::int FROM customer ORDER BY id'), [[2], [1]])
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM log'), [[0]])

    await target.rows(`INSERT INTO people (name) VALUES ('Eve')`)
    await target.rows(`INSERT INTO "order" (customer, total) SELECT id, 20 FROM customer WHERE name = 'Eve'`)
    await target.rows(`UPDATE "order" SET state = 'paid' WHERE total = 20`)
    await target.rows(`UPDATE "order" SET state = 'paid' WHERE total = 20`)
    assert.deepEqual(await target.rows('SELECT name, spent::int FROM a_report ORDER BY name'), [
      ['Ada', 15],
      ['Eve', 20],
    ])
    assert.deepEqual(await target.rows(`SELECT orders::int FROM customer WHERE name = 'Eve'`), [[1]])
    assert.deepEqual(await target.rows('SELECT what, was, becomes FROM log'), [['state', 'new', 'paid']])
    await assert.rejects(target.rows('DELETE FROM customer WHERE id = 1'), /has orders/)
  })

  test('made first, by `schema`, do not fire for the rows of `data`, and work afterwards', async () => {
    const target = await world.target()
    const source = world.source(SHOP)
    await done(['schema', ...ends(source, target)])
    await done(['data', ...ends(source, target)])
    assert.deepEqual(await target.rows('SELECT orders::int FROM customer ORDER BY id'), [[2], [1]])
    await target.rows('INSERT INTO "order" (customer, total) VALUES (2, 1)')
    assert.deepEqual(await target.rows('SELECT orders::int FROM customer ORDER BY id'), [[2], [2]])
  })

  test('are taken back with everything else', async () => {
    const target = await world.target()
    const before = await objectsOf(target.url)
    await done(['full', ...ends(world.source(SHOP), target), '--id', 'taken-back'])
    await done(['rollback', 'taken-back', '--yes'])
    assert.deepEqual(await objectsOf(target.url), before)
    const functions = `SELECT count(*)::int FROM pg_proc WHERE pronamespace = 'public'::regnamespace`
    assert.deepEqual(await target.rows(functions), [[0]])
  })

  test('that cannot be made do not stop the others, and their SQL is kept, where nobody can run it', async () => {
    const target = await world.target()
    const source = world.source(`${SHOP}
      CREATE VIEW odd AS SELECT no_such_function(name) AS x, 1 AS [\\! exit], 2 AS \`;\nDROP TABLE customer; --\` FROM customer;
      CREATE VIEW on_odd AS SELECT x FROM odd;`)
    const said = await done(['full', ...ends(source, target)], 4)
    assert.deepEqual(await target.rows('SELECT name FROM a_report'), [['Ada']])
    const path = /^Left out: (\S+)/m.exec(said.out)![1]!
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const text = readFileSync(path, 'utf8')
    assert.match(
      text,
      /^-- view odd\n-- .*no_such_function.*\n-- CREATE VIEW odd AS SELECT no_such_function/m,
    )
    assert.deepEqual(
      text.split(/[\r\n]+/).filter(line => line && !line.startsWith('-- ')),
      [],
    )
    assert.match(text, /^-- view on_odd\n-- not translated: it reads the view odd, which is not made\n/m)
    assert.match(readFileSync(join(dirname(path), 'report.md'), 'utf8'), /left-out\.sql/)
  })
})

/** Somebody who lets no view of this name in. */
const REFUSES = `
  CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_event_trigger_ddl_commands() WHERE object_identity = 'public.b_spent') THEN
      RAISE EXCEPTION USING MESSAGE = 'not here', ERRCODE = '42501';
    END IF; END $$;
  CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION refuse()`

test('what the target refuses is named, with what was tried, and the rest is made', async () => {
  const target = await world.target(REFUSES)
  const said = await done(['full', ...ends(world.source(SHOP), target)], 4)
  assert.match(said.out, /view "b_spent".*not here/)
  assert.match(said.out, /view "a_report"/)
  assert.deepEqual(await target.rows('SELECT name FROM people ORDER BY id'), [['Ada'], ['Bob']])
  await target.rows(`INSERT INTO people (name) VALUES ('Eve')`)
  const text = readFileSync(/^Left out: (\S+)/m.exec(said.out)![1]!, 'utf8')
  assert.match(text, /^-- view b_spent\n-- .*not here.*\nCREATE VIEW "public"\."b_spent"/m)
})

suite('the SQL of a plan', { concurrency: 2 }, () => {
  for (const types of ['inferred', 'optimized']) {
    test(`makes what a run makes, and its rollback nothing (${types})`, async () => {
      const [byRun, byHand] = await Promise.all([world.target(), world.target()])
      const source = world.source(SHOP)
      const before = await objectsOf(byHand.url)
      const said = await done(['plan', ...ends(source, byHand), '--types', types, '--sql'])
      assert.deepEqual(await objectsOf(byHand.url), before)
      const file = join(dirname(source), 'schema.sql')
      writeFileSync(file, said.out)
      const ran = await psql(byHand.url, file)
      assert.equal(ran.status, 0, ran.err)
      await done(['schema', ...ends(source, byRun), '--types', types])
      assert.equal(await dumped(byHand.url), await dumped(byRun.url))
      const rollback = /(\S+rollback\.sql)/.exec(said.err)![1]!
      const back = await psql(byHand.url, rollback)
      assert.equal(back.status, 0, back.err)
      assert.deepEqual(await objectsOf(byHand.url), before)
    })
  }

  test('holds for names of any kind, in a schema that it makes itself', async () => {
    const name = (text: string) => `"${text.replaceAll('"', '""')}"`
    const [table, view, trigger] = ['sel"ect; --\n$$', '🦆 view\t$body$', "it's :x \\ %I"].map(name)
    const source = world.source(`
      CREATE TABLE ${table} (id INTEGER PRIMARY KEY, ${trigger} TEXT);
      CREATE VIEW ${view} AS SELECT ${trigger}, 'a''b' || ${trigger} AS "$1" FROM ${table};
      CREATE TRIGGER ${trigger} INSTEAD OF DELETE ON ${view} BEGIN
        DELETE FROM ${table} WHERE ${trigger} = OLD.${trigger}; END;
      INSERT INTO ${table} VALUES (1, 'x'), (2, 'y');`)
    const [byRun, byHand] = await Promise.all([world.target(), world.target()])
    const within = (target: Target) => ['--from', `sqlite:${source}`, '--to', `${target.url}?schema=My%20App`]
    const said = await done(['plan', ...within(byHand), '--sql'])
    const file = join(dirname(source), 'schema.sql')
    writeFileSync(file, said.out)
    const ran = await psql(byHand.url, file)
    assert.equal(ran.status, 0, ran.err)
    await done(['full', ...within(byRun)])
    assert.equal(await dumped(byHand.url), await dumped(byRun.url))
    await byRun.rows(`DELETE FROM "My App".${view} WHERE ${trigger} = 'x'`)
    assert.deepEqual(await byRun.rows(`SELECT id::int FROM "My App".${table}`), [[2]])
    const rollback = /(\S+rollback\.sql)/.exec(said.err)![1]!
    assert.equal((await psql(byHand.url, rollback)).status, 0)
    assert.ok(!(await objectsOf(byHand.url)).includes('schema My App'))
  })

  test('for tables that are there takes their triggers off and puts them back, as a run does', async () => {
    const source = world.source(`
      CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (id INTEGER PRIMARY KEY, up INTEGER REFERENCES parent);
      INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1);`)
    const target = await world.target(`
      CREATE TABLE parent (id bigint PRIMARY KEY);
      CREATE TABLE child (id bigint PRIMARY KEY, up bigint REFERENCES parent);
      CREATE FUNCTION cry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER cry BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION cry();`)
    const before = await dumped(target.url)
    const said = await done(['plan', ...ends(source, target), '--if-exists', 'use', '--sql'])
    assert.match(said.out, /DISABLE TRIGGER "cry"[\s\S]*rows: 1 of child[\s\S]*ENABLE TRIGGER "cry"/)
    assert.match(said.out, /DROP CONSTRAINT "child_up_fkey"[\s\S]*ADD CONSTRAINT "child_up_fkey"/)
    const file = join(dirname(source), 'schema.sql')
    writeFileSync(file, said.out)
    assert.equal((await psql(target.url, file)).status, 0)
    assert.equal(await dumped(target.url), before)
  })

  test('is one document with --json, and none where the plan is refused', async () => {
    const source = world.source(SHOP)
    const target = await world.target('CREATE TABLE customer (id bigint)')
    const refused = await done(['plan', ...ends(source, target), '--sql'], 3)
    assert.equal(refused.out, '')
    assert.match(refused.err, /table-exists/)
    const free = await world.target()
    const { sql, rollback } = JSON.parse((await done(['plan', ...ends(source, free), '--sql', '--json'])).out)
    assert.match(sql, /CREATE TABLE "public"\."customer"/)
    assert.match(rollback, /DROP TABLE "public"\."customer"/)
  })
})

test('--types optimized adds indexes, statistics and the time of the last change', async () => {
  const target = await world.target()
  await done(['full', ...ends(world.source(SHOP), target), '--types', 'optimized'])
  const indexes = await target.rows(`SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%gin%'`)
  assert.match(
    String(indexes),
    /customer_name_gin ON public\.customer USING gin \(name (public\.)?gin_trgm_ops\)/,
  )
  assert.deepEqual(await target.rows('SELECT stxname::text FROM pg_statistic_ext'), [
    ['stat_order_customer_state'],
  ])
  await target.rows('UPDATE "order" SET total = 9 WHERE id = 2')
  assert.deepEqual(await target.rows('SELECT id::int FROM "order" WHERE updated_at > \'2025-01-01\''), [[2]])
  await target.rows(`UPDATE "order" SET updated_at = '2024-05-05' WHERE id = 2`)
  assert.deepEqual(await target.rows('SELECT id::int FROM "order" WHERE updated_at = \'2024-05-05\''), [[2]])
})
