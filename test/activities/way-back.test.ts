/** Tables that hold rows: what is noted before the first write, and that a rollback gives all of it back. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { prepareWayBack } from '../../activities/prepare-way-back.ts'
import { runFolder } from '../../home/home.ts'
import { fingerprintTable } from '../../stores/postgres/fingerprint.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

const SOURCE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, boss INTEGER REFERENCES users (id));
  INSERT INTO users VALUES (11, 'Ada', NULL), (12, 'Bob', 11), (13, NULL, 12);
  CREATE TABLE log (line TEXT);
  INSERT INTO log VALUES ('same'), ('same'), ('other')`

const TARGET = `
  CREATE TABLE users (id serial PRIMARY KEY, name text, boss integer REFERENCES users (id));
  INSERT INTO users (name) VALUES ('Old'), ('Older');
  UPDATE users SET boss = 1 WHERE id = 2;
  CREATE TABLE log (line text);
  INSERT INTO log VALUES ('same');
  CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
  CREATE TRIGGER shout BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout();
  COMMENT ON TABLE users IS 'people';
  GRANT SELECT ON users TO pg_monitor WITH GRANT OPTION;
  GRANT UPDATE (name) ON users TO PUBLIC`

const digests = async ({ client }: Run) => ({
  users: await fingerprintTable(client, { schema: 'public', name: 'users' }),
  log: await fingerprintTable(client, { schema: 'public', name: 'log' }),
})

suite('append', () => {
  test('adds rows beside those that are there, and compares its own alone', async () => {
    const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'append' })
    const old = await run.rows('SELECT id, name, boss FROM users ORDER BY id')
    const results = await run.whole()
    assert.deepEqual(
      results.map(({ name, verdict, written, counted, note }) => [name, verdict, written, counted, note]),
      [
        ['users', 'equal', 3, 3, '2 rows of others are beside them, as before'],
        ['log', 'equal', 3, 3, '1 row of others is beside them, as before'],
      ],
    )
    assert.deepEqual(await run.rows('SELECT id, name, boss FROM users ORDER BY id'), [
      ...old,
      [11, 'Ada', null],
      [12, 'Bob', 11],
      [13, null, 12],
    ])
    assert.deepEqual(await run.rows(`INSERT INTO users (name) VALUES ('x') RETURNING id, name`), [[14, 'X']])
  })

  test('a row of the run that somebody changed is a difference; rows of others are none', async () => {
    const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'append' })
    await run.plan()
    const place = await run.open()
    await run.rest(place)
    await run.client.query(`INSERT INTO log VALUES ('theirs'); UPDATE users SET name = 'Eve' WHERE id = 12`)
    const results = await run.rest(place)
    assert.deepEqual(
      results.map(({ name, verdict, note }) => [name, verdict, note]),
      [
        [
          'users',
          'different',
          '3 rows of others are beside them, and 2 rows before the run: others have written meanwhile',
        ],
        [
          'log',
          'equal',
          '2 rows of others are beside them, and 1 row before the run: others have written meanwhile',
        ],
      ],
    )
  })
})

test('keys that both sides have are found before anything is written; their example stays in the assessment', async () => {
  const both = `
    CREATE TABLE pairs (a bigint, b timestamp, code uuid UNIQUE, PRIMARY KEY (a, b));
    INSERT INTO pairs VALUES (1, '2024-01-02 03:04:05', NULL), (2, '2024-01-02 03:04:05.5', '00000000-0000-0000-0000-00000000000a');`
  const source = (rows: string) =>
    `CREATE TABLE pairs (a INT, b TIMESTAMP, code TEXT, PRIMARY KEY (a, b)); INSERT INTO pairs VALUES ${rows}`
  const wish = { ifExists: 'append' } as const
  const apart = await workshop.begin(
    both,
    source(`(1, '2024-01-02 03:04:06', NULL), (3, '2024-01-02 03:04:05', NULL)`),
    wish,
  )
  assert.deepEqual((await apart.plan()).refusals, [])
  const meets = await workshop.begin(
    both,
    source(
      `(1, '2024-01-02T03:04:05', NULL), (4, '2024-01-02 03:04:05', '00000000-0000-0000-0000-00000000000A')`,
    ),
    wish,
  )
  const { refusals } = await meets.plan()
  assert.deepEqual(
    refusals.map(({ code, message, example }) => [code, message, example]),
    [
      [
        'keys-collide',
        'one row has a key that is in the target already, which keeps (a, b) unique',
        undefined,
      ],
      [
        'keys-collide',
        'one row has a key that is in the target already, which keeps (code) unique',
        undefined,
      ],
    ],
  )
  assert.match(
    readFileSync(join(runFolder(meets.run, workshop.home), 'assess.md'), 'utf8'),
    /\(a, b\) = \(1, /,
  )
})

test('a key that came in between stops its table with a clear word', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'append' })
  await run.plan()
  const place = await run.open()
  await run.client.query('INSERT INTO users (id) VALUES (12)')
  await assert.rejects(
    run.rest(place),
    /table users: could not copy rows: unique_violation.*users_pkey.*same key/,
  )
})

suite('replace', () => {
  test('keeps the old table with its rows, gives its grants to the new one, and gives all back', async () => {
    const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'replace' })
    const [rows, catalog] = [await digests(run), await acl(run)]
    const results = await run.whole()
    assert.deepEqual(
      results.map(({ verdict }) => verdict),
      ['equal', 'equal'],
    )
    assert.deepEqual(await run.rows('SELECT id::int, name FROM users ORDER BY id'), [
      [11, 'Ada'],
      [12, 'Bob'],
      [13, null],
    ])
    assert.deepEqual(await acl(run), catalog)
    await run.takeBack()
    assert.deepEqual(await digests(run), rows)
    assert.deepEqual(await acl(run), catalog)
    assert.deepEqual(await run.rows(`SELECT nspname FROM pg_namespace WHERE nspname ~ 'longhaul'`), [])
  })

  test('without a way back drops the old table, once it was consented to', async () => {
    const wish = { ifExists: 'replace', backup: 'none' } as const
    const refused = await workshop.begin(TARGET, SOURCE, wish)
    assert.deepEqual(
      (await refused.plan()).refusals.map(({ code }) => code),
      ['no-way-back', 'no-way-back'],
    )
    const run = await workshop.begin(TARGET, SOURCE, { ...wish, accept: ['no-way-back'] })
    await run.whole()
    assert.deepEqual(await run.rows(`SELECT nspname FROM pg_namespace WHERE nspname ~ 'longhaul_aside'`), [])
    await run.takeBack()
    assert.deepEqual(await run.rows(`SELECT to_regclass('public.users')::text`), [[null]])
  })
})

test('what tables were like is noted once, and before anything is written', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'append' })
  const { users } = await digests(run)
  await run.plan()
  const place = await run.open()
  await run.act(prepareWayBack, { place })
  await run.client.query(`INSERT INTO users (name) VALUES ('late')`)
  const said = await run.act(prepareWayBack, { place })
  assert.equal(said, '2 tables of the target with 3 rows noted by digest')
  const noted = await run.rows(
    `SELECT rows::int, digest, catalog -> 'triggers' FROM longhaul.before WHERE table_name = 'users'`,
  )
  assert.deepEqual(noted, [
    [
      2,
      users.digest,
      ['CREATE TRIGGER shout BEFORE INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION public.shout() (O)'],
    ],
  ])
})

test('rows that came since the plan was made stop a load into a table that was empty', async () => {
  const run = await workshop.begin('CREATE TABLE log (line text)', SOURCE, {
    ifExists: 'use',
    tables: ['log'],
  })
  await run.plan()
  const place = await run.open()
  await run.client.query(`INSERT INTO log VALUES ('late')`)
  await assert.rejects(run.act(prepareWayBack, { place }), /table "log": has rows since the plan was made/)
})

const acl = ({ rows }: Run) =>
  rows(`SELECT c.relname, a.grantee::regrole::text, a.privilege_type, a.is_grantable FROM pg_class c, LATERAL aclexplode(c.relacl) a
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        UNION ALL
        SELECT attname, a.grantee::text, a.privilege_type, a.is_grantable FROM pg_attribute, LATERAL aclexplode(attacl) a
         WHERE attrelid = 'public.users'::regclass
         ORDER BY 1, 2, 3`)
