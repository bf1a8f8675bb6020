/** PostgreSQL to PostgreSQL as a user meets it: everything that `pg_dump` carries, parts of it, and kills. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { promisify } from 'node:util'
import pg from 'pg'
import { findPrograms } from '../../stores/postgres/programs.ts'
import { until } from '../scenarios/until.ts'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()
const EVERYTHING = readFileSync(new URL('./carry/everything.sql', import.meta.url), 'utf8')
const source = await world.target(EVERYTHING)

const carry = (from: Target, to: Target, ...words: string[]) =>
  world.run(['full', '--from', from.url, '--to', to.url, '--yes', ...words])

/** What `pg_dump` says of a database, without longhaul's ledger and without what differs each time. */
async function dumped(url: string, ...words: string[]): Promise<string[]> {
  const [programs] = await findPrograms(15)
  const all = [...words, '--exclude-schema=longhaul', `--dbname=${url}`]
  const { stdout } = await promisify(execFile)(programs!.pgDump, all, { maxBuffer: 1e8 })
  return stdout.split('\n').filter(line => !/^\\(un)?restrict /.test(line))
}
const schemaOf = (url: string) => dumped(url, '--schema-only')
const rowsOf = async (url: string) => (await dumped(url, '--data-only')).sort()

suite('PostgreSQL to PostgreSQL', { concurrency: 2 }, () => {
  test('every kind of object and every row arrive, and a rollback leaves nothing', async () => {
    const target = await world.target()
    const before = await schemaOf(target.url)
    const full = await carry(source, target, '--id', 'everything')
    assert.equal(full.status, 0, full.all)
    assert.deepEqual(await schemaOf(target.url), await schemaOf(source.url))
    assert.deepEqual(await rowsOf(target.url), await rowsOf(source.url))
    const views = 'SELECT * FROM app.of_counts, app.by_key ORDER BY id'
    assert.deepEqual(await target.rows(views), await source.rows(views))
    const again = await carry(source, target, '--id', 'again')
    assert.equal(again.status, 3, again.all)
    assert.match(again.all, /table app\.customers.*is there already/)
    const back = await world.run(['rollback', 'everything', '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.deepEqual(await schemaOf(target.url), before)
  })

  test('the worker is killed in mid-copy, and every row arrives once', async () => {
    const target = await world.target(GATE)
    const gate = new pg.Client({ connectionString: target.url })
    await gate.connect()
    await gate.query('SELECT pg_advisory_lock(1)')
    const plan = join(world.folder, 'small.yaml')
    writeFileSync(plan, 'version: 1\nhow: { chunk_rows: 50, chunk_bytes: 4096 }\n')
    const full = carry(source, target, '--id', 'killed', '--plan', plan)
    const arrived = () =>
      until('a COPY at the gate', async () => {
        const { rows } = await gate.query(
          "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
        )
        return rows[0]?.pid as number | undefined
      })
    await arrived()
    const { rows } = await gate.query(
      "SELECT count(*) FILTER (WHERE done)::int AS done, count(*)::int AS all FROM longhaul.chunk WHERE table_name = 'app.customers'",
    )
    assert.ok(rows[0].done > 0 && rows[0].done < rows[0].all, JSON.stringify(rows))
    world.stack.worker.kill('SIGKILL')
    await world.stack.startWorker()
    await gate.query('SELECT pg_advisory_unlock(1)')
    const ended = await full
    await gate.end()
    assert.equal(ended.status, 0, ended.all)
    await target.rows(
      'DROP TRIGGER gate ON app.customers; DROP EVENT TRIGGER gates; DROP SCHEMA gates CASCADE',
    )
    assert.deepEqual(await rowsOf(target.url), await rowsOf(source.url))
    assert.deepEqual(await schemaOf(target.url), await schemaOf(source.url))
  })

  test('named tables come with what they need, and what they cannot have is told', async () => {
    const target = await world.target()
    const words = ['--id', 'some', '--tables', 'app.orders,app.child', '--exclude', 'app.orders_2024']
    const refused = await carry(source, target, ...words)
    assert.equal(refused.status, 4, refused.all)
    assert.match(refused.all, /orders_customer_fkey.*needs table app\.customers/)
    assert.deepEqual(await target.rows(TABLES), [
      ['app.child', '1'],
      ['app.orders', '144'],
      ['app.orders_2025', '144'],
      ['app.orders_2025_2', '32'],
      ['app.orders_2025_rest', '112'],
      ['app.parent', '1'],
    ])
    const back = await world.run(['rollback', 'some', '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.deepEqual(await target.rows(TABLES), [])
  })

  test('the schema alone, then the rows alone', async () => {
    const target = await world.target()
    const schema = await carry(source, target, '--id', 'schema', '--schema-only')
    assert.equal(schema.status, 0, schema.all)
    assert.deepEqual(await schemaOf(target.url), await schemaOf(source.url))
    const data = await carry(source, target, '--id', 'data', '--data-only')
    assert.equal(data.status, 0, data.all)
    assert.deepEqual(await rowsOf(target.url), await rowsOf(source.url))
    assert.deepEqual(await schemaOf(target.url), await schemaOf(source.url))
    const check = await world.run(['check', '--from', source.url, '--to', target.url])
    assert.equal(check.status, 0, check.all)
    await target.rows("UPDATE app.parent SET note = 'another one' WHERE id IS NULL")
    const unlike = await world.run(['check', '--from', source.url, '--to', target.url])
    assert.equal(unlike.status, 4, unlike.all)
    assert.match(unlike.all, /app\.parent.*1 row missing, 1 row too many/)
  })

  test('tables that are there are loaded into by a role of few rights, and a rollback leaves them as they were', async () => {
    const role = `few_${randomBytes(4).toString('hex')}`
    const target = await world.target(`
      CREATE ROLE ${role} LOGIN PASSWORD 'few';
      GRANT CREATE ON SCHEMA public TO ${role};
      CREATE TABLE shop (id integer PRIMARY KEY, name text);
      CREATE TABLE item (id integer PRIMARY KEY, shop integer REFERENCES shop, label text);
      CREATE TYPE color AS ENUM ('red');
      ALTER TABLE shop OWNER TO ${role}; ALTER TABLE item OWNER TO ${role}; ALTER TYPE color OWNER TO ${role};
      INSERT INTO shop VALUES (100, 'was there')`)
    const origin = await world.target(`
      CREATE TYPE color AS ENUM ('red');
      CREATE TABLE shop (id integer PRIMARY KEY, name text);
      CREATE TABLE item (id integer PRIMARY KEY, shop integer REFERENCES shop, label text);
      CREATE TABLE fresh (id serial PRIMARY KEY, shop integer REFERENCES shop, colors color[]);
      INSERT INTO shop SELECT i, 'shop ' || i FROM generate_series(1, 50) AS i;
      INSERT INTO item SELECT i, 1 + i % 50, 'item' FROM generate_series(1, 200) AS i;
      INSERT INTO fresh (shop, colors) SELECT i, '{red}' FROM generate_series(1, 10) AS i`)
    const before = await dumped(target.url)
    const login = new URL(target.url)
    login.username = role
    login.password = 'few'
    const few = { ...target, url: login.href }
    const used = await carry(origin, few, '--id', 'used', '--if-exists', 'use')
    assert.equal(used.status, 3, used.all)
    assert.match(used.all, /table shop.*has rows in the target/)
    const added = await carry(origin, few, '--id', 'added', '--if-exists', 'append')
    assert.equal(added.status, 0, added.all)
    const counts =
      'SELECT (SELECT count(*) FROM shop)::int, (SELECT count(*) FROM item)::int, (SELECT count(*) FROM fresh)::int'
    assert.deepEqual(await target.rows(counts), [[51, 200, 10]])
    assert.deepEqual(await target.rows("SELECT nextval('fresh_id_seq')::int"), [[11]])
    const back = await world.run(['rollback', 'added', '--yes'])
    assert.equal(back.status, 0, back.all)
    assert.deepEqual(await dumped(target.url), before)
  })
})

/** Tables with what a query of each gives: partitions and children count twice. */
const TABLES = `
  SELECT c.oid::regclass::text,
         (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text
    FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = to_regnamespace('app') ORDER BY 1`

/** A row of the table waits for a lock of the test. */
const GATE = `
  CREATE SCHEMA gates;
  CREATE FUNCTION gates.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(1);
    RETURN NEW;
  END $$;
  CREATE FUNCTION gates.build() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'app.customers' AND command_tag = 'CREATE TABLE') THEN
      CREATE TRIGGER gate BEFORE INSERT ON app.customers FOR EACH ROW WHEN (NEW.id = 750) EXECUTE FUNCTION gates.pass();
    END IF;
  END $$;
  CREATE EVENT TRIGGER gates ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION gates.build();`
