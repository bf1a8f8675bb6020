/** Rows that are written by their key into tables that have rows, and how they are taken back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRollback } from '../../activities/check-rollback.ts'
import { rollBack } from '../../activities/roll-back.ts'
import { rollbackScript } from '../../client/rollback-script.ts'
import { Failure } from '../../model/failure.ts'
import { type RollbackScope, WHOLE } from '../../model/rollback.ts'
import type { TableResult } from '../../model/run.ts'
import { fingerprintTable } from '../../stores/postgres/fingerprint.ts'
import { until } from '../scenarios/until.ts'
import { openWorkshop, type Run } from './whole-run.ts'

const workshop = await openWorkshop()

const SOURCE = `
  CREATE TABLE teams (id INTEGER PRIMARY KEY, title TEXT);
  INSERT INTO teams VALUES (1, 'one'), (9, 'nine');
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, score REAL, data BLOB, seen TIMESTAMP, team INTEGER REFERENCES teams (id));
  INSERT INTO users VALUES (1, 'Ada', 0.1, x'00ff', '2024-01-02 03:04:05', 9), (2, NULL, NULL, NULL, NULL, 1),
                           (3, 'Cid', 1e300, x'', '1999-12-31 23:59:59.5', NULL)`

const TARGET = `
  CREATE TABLE teams (id bigint PRIMARY KEY, title text);
  INSERT INTO teams VALUES (1, 'old one'), (5, 'five');
  CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, score double precision,
    data bytea, seen timestamp, team bigint REFERENCES teams, note text DEFAULT 'none', twice double precision GENERATED ALWAYS AS (score * 2) STORED);
  INSERT INTO users (name, score, data, seen, team, note)
  VALUES ('{"a", \\ NULL}', 0.1 + 0.2, '\\x5c00', '2000-02-29 12:00:00.000001', 5, 'kept'), (NULL, 'NaN', NULL, 'infinity', 1, NULL);
  INSERT INTO users OVERRIDING SYSTEM VALUE VALUES (7, 'Seven', 7, NULL, NULL, NULL, 'seven');
  CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
  CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION shout()`

const TABLES = ['teams', 'users']
const digests = ({ client }: Run) =>
  Promise.all(TABLES.map(name => fingerprintTable(client, { schema: 'public', name })))
const images = async (run: Run) => (await run.rows('SELECT count(*)::int FROM longhaul.overwritten'))[0]![0]

const said = (results: TableResult[]) =>
  results
    .map(({ name, verdict, written, skipped, counted }) => [name, verdict, written, skipped, counted])
    .sort()
const check = ({ act, run, request: { target } }: Run, scope: RollbackScope = WHOLE) =>
  act(checkRollback, { run, target, scope })
const takeBack = ({ act, run, request: { target } }: Run, more = {}) =>
  act(rollBack, { run, target, ...more })

test('rows that are there are overwritten and the others added; a rollback gives back what was there', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'upsert' })
  const before = await digests(run)
  const results = await run.whole()
  assert.deepEqual(said(results), [
    ['teams', 'equal', 2, 0, 2],
    ['users', 'equal', 3, 0, 3],
  ])
  assert.equal(
    results.find(({ name }) => name === 'users')?.note,
    '1 row inserted, 2 rows overwritten; 1 row of others is beside them, as before',
  )
  assert.deepEqual(
    await run.rows('SELECT id, name, score, seen::text, team::int, note, twice FROM users ORDER BY id'),
    [
      [1, 'Ada', 0.1, '2024-01-02 03:04:05', 9, 'kept', 0.2],
      [2, null, null, null, 1, null, null],
      [3, 'Cid', 1e300, '1999-12-31 23:59:59.5', null, 'none', 2e300],
      [7, 'Seven', 7, null, null, 'seven', 14],
    ],
  )
  assert.equal(await images(run), 3)
  await run.rows(`UPDATE longhaul.run SET state = 'done'`)
  const { safe, refusals, warnings, tables } = await check(run)
  assert.deepEqual(
    [safe, refusals, warnings],
    [
      true,
      [],
      [
        'table public.teams: 1 row(s) that the run wrote over get their old values back',
        'table public.users: 2 row(s) that the run wrote over get their old values back',
      ],
    ],
  )
  assert.deepEqual(
    tables.map(({ name, goes, lost, changed }) => [name, goes, lost, changed]),
    [
      ['teams', 1, 0, false],
      ['users', 1, 0, false],
    ],
  )
  const { differences } = await takeBack(run)
  assert.deepEqual(differences, [])
  assert.deepEqual(await digests(run), before)
})

test('rows that are there stay by consent, and only the others are counted and compared', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'upsert', onConflict: 'skip' })
  const before = await digests(run)
  assert.deepEqual(said(await run.whole()), [
    ['teams', 'equal', 1, 1, 1],
    ['users', 'equal', 1, 2, 1],
  ])
  assert.deepEqual(await run.rows('SELECT id, name FROM users ORDER BY id'), [
    [1, '{"a", \\ NULL}'],
    [2, null],
    [3, 'Cid'],
    [7, 'Seven'],
  ])
  await takeBack(run)
  assert.deepEqual(await digests(run), before)
})

const isRefused = (text: RegExp) => (error: unknown) =>
  error instanceof Failure && error.code === 'refused' && text.test(error.message)

test('a row that somebody has changed since gets its old values back only with a consent', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'upsert' })
  const before = await digests(run)
  await run.whole()
  await run.rows(`UPDATE users SET note = 'mine' WHERE id = 2`)
  const { safe, loses, tables } = await check(run)
  assert.deepEqual(
    [safe, loses, tables.map(({ name, lost }) => [name, lost])],
    [
      false,
      true,
      [
        ['users', 1],
        ['teams', 0],
      ],
    ],
  )
  await assert.rejects(takeBack(run), isRefused(/1 row\(s\) that others wrote or changed since/))
  assert.equal(await images(run), 3)
  await takeBack(run, { accept: ['rows-of-others'] })
  assert.notDeepEqual(await digests(run), before)
  assert.deepEqual(await run.rows('SELECT id, name, score, note FROM users WHERE id = 2'), [
    [2, null, Number.NaN, 'mine'],
  ])
})

test('some of the rows are taken back, and later all of them', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'upsert' })
  const before = await digests(run)
  await run.whole()
  const scope = { kind: 'rows', tables: ['users'], where: 'id > 1' }
  assert.equal((await takeBack(run, { scope })).rows, 2)
  assert.deepEqual(await run.rows('SELECT id, name FROM users ORDER BY id'), [
    [1, 'Ada'],
    [2, null],
    [7, 'Seven'],
  ])
  assert.equal(await images(run), 2)
  await takeBack(run)
  assert.deepEqual(await digests(run), before)
})

test('a rollback by hand does the same', async () => {
  const run = await workshop.begin(TARGET, SOURCE, { ifExists: 'upsert' })
  const before = await digests(run)
  await run.whole()
  await run.rows(`UPDATE longhaul.run SET state = 'failed'`)
  const target = { run: run.run, name: 'story', target: run.request.target }
  const script = await rollbackScript(target as never, WHOLE, {
    home: workshop.home,
    env: process.env,
  } as never)
  await run.client.query(script.replace('\\set ON_ERROR_STOP on', ''))
  await run.client.query('RESET ALL')
  assert.deepEqual(await digests(run), before)
  assert.deepEqual(await run.rows(`SELECT to_regclass('longhaul.run')`), [[null]])
})

const ITEMS = {
  source: `CREATE TABLE items (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO items VALUES (1, 'a'), (2, 'b'), (3, 'c')`,
  target: `CREATE TABLE items (id bigint PRIMARY KEY, v text); INSERT INTO items VALUES (1, 'old'), (2, 'older')`,
}
const itemsOf = (run: Run) => run.rows('SELECT id::int, v FROM items ORDER BY id')

test('what others write during the load is overwritten as well, and kept', async () => {
  const how = { chunkRows: 1, lanes: 1 }
  const run = await workshop.begin(ITEMS.target, ITEMS.source, { ifExists: 'upsert', how })
  await run.plan()
  const place = await run.open()
  await run.rows('BEGIN')
  await run.rows(`INSERT INTO items VALUES (3, 'theirs')`)
  const results = run.rest(place)
  await until('the run waits for them', async () => (await waiting(run))[0])
  await run.rows('COMMIT')
  assert.deepEqual(said(await results), [['items', 'equal', 3, 0, 3]])
  assert.equal(await images(run), 3)
  await takeBack(run)
  assert.deepEqual(await itemsOf(run), [
    [1, 'old'],
    [2, 'older'],
    [3, 'theirs'],
  ])
})

test('a chunk that is cut off begins anew: each row once, and what was there is kept once', async () => {
  const how = { chunkRows: 1, lanes: 1 }
  const run = await workshop.begin(ITEMS.target, ITEMS.source, { ifExists: 'upsert', how })
  await run.plan()
  const place = await run.open()
  await run.rows('BEGIN')
  await run.rows('SELECT FROM items WHERE id = 2 FOR UPDATE')
  const cut = assert.rejects(run.rest(place))
  await until('the second chunk waits', async () => (await waiting(run, 'pg_terminate_backend(pid)'))[0])
  await cut
  await run.rows('COMMIT')
  assert.equal(await images(run), 1)
  assert.deepEqual(said(await run.rest(place)), [['items', 'equal', 3, 0, 3]])
  assert.equal(await images(run), 2)
  await takeBack(run)
  assert.deepEqual(await itemsOf(run), [
    [1, 'old'],
    [2, 'older'],
  ])
})

/** Sessions are listed once for a transaction, locks as they are. */
const waiting = (run: Run, what = '') =>
  run.rows(`SELECT ${what} FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()`)

test('rows of the source with one key are refused before, or stop the table', async () => {
  const target = `CREATE TABLE pairs (code text NOT NULL UNIQUE, v text); INSERT INTO pairs VALUES ('a', 'old')`
  const source = `CREATE TABLE pairs (code TEXT NOT NULL, v TEXT); INSERT INTO pairs VALUES ('a', '1'), ('b', '2'), ('a', '3')`
  const run = await workshop.begin(target, source, { ifExists: 'upsert' })
  const { refusals } = await run.plan()
  assert.deepEqual(
    refusals.map(({ code, message }) => [code, message]),
    [
      [
        'keys-collide',
        'one row has a key that another row of the source has as well, and rows are told apart by (code)',
      ],
    ],
  )
  const folded = await workshop.begin(
    `CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     CREATE TABLE pairs (code text COLLATE folded PRIMARY KEY, v text); INSERT INTO pairs VALUES ('a', 'old')`,
    `CREATE TABLE pairs (code TEXT PRIMARY KEY NOT NULL, v TEXT); INSERT INTO pairs VALUES ('a', '1'), ('b', '2'), ('A', '3')`,
    { ifExists: 'upsert', how: { chunkRows: 1 } },
  )
  await assert.rejects(
    folded.whole(),
    /several rows of the source have one key in the target, which keeps \(code\) unique/,
  )
  await takeBack(folded)
  assert.deepEqual(await folded.rows('SELECT * FROM pairs'), [['a', 'old']])
})

test('a table without a key that both sides have is refused', async () => {
  const run = await workshop.begin(
    `CREATE TABLE log (id integer UNIQUE, line text); INSERT INTO log VALUES (1, 'old')`,
    `CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT); INSERT INTO log VALUES (1, 'new')`,
    { ifExists: 'upsert' },
  )
  const { refusals } = await run.plan()
  assert.deepEqual(
    refusals.map(({ code }) => code),
    ['no-key-to-upsert'],
  )
})

/** A type, what a row of the target has of it, and what the source brings. */
const KINDS: [type: string, there: string, comes: string | number][] = [
  ['boolean', 'true', 0],
  ['smallint', '-32768', 1],
  ['real', '1.1', 2],
  ['double precision', `'-0'`, 0.5],
  ['double precision', `'-Infinity'`, 0.5],
  ['numeric', '1234567890123456789012345678901234567890.00000000000000000001', 1],
  ['numeric(12,2)', `'NaN'`, 1],
  ['text', `E'\\\\ " , {} NULL \\n \\t é 😀'`, 'x'],
  ['text', `''`, 'x'],
  ['varchar(9)', `'  pad    '`, 'x'],
  ['bytea', `'\\x00ff5c22'`, `x'01'`],
  ['date', `'infinity'`, `'2024-01-01'`],
  ['date', `'4713-01-01 BC'`, `'2024-01-01'`],
  ['time', `'24:00:00'`, `'01:02:03'`],
  ['timestamp', `'294276-12-31 23:59:59.999999'`, `'2024-01-01 00:00:00'`],
  ['timestamptz', `'2024-03-31 01:30:00.123456+05:30'`, `'2024-01-01 00:00:00Z'`],
  ['json', `'{"b" : 1.10, "b": "\\u00e9", "a":null}'`, `'{}'`],
  ['jsonb', `'{"b" : 1.10, "a":[1, "\\"x"]}'`, `'{}'`],
  ['uuid', `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`, `'00000000-0000-0000-0000-000000000000'`],
  ['inet', `'10.1.2.3/8'`, `'::1'`],
]

test('what is kept of a row gives it back to the last bit, whatever its types', async () => {
  const columns = KINDS.map(([type], i) => `"c ${i}" ${type}`).join(', ')
  const there = KINDS.map(([, value]) => value).join(', ')
  const comes = KINDS.map(([, , value]) => (value === 'x' ? `'x'` : value)).join(', ')
  const run = await workshop.begin(
    `CREATE TABLE kinds ("the key" numeric, at timestamp, ${columns}, PRIMARY KEY (at, "the key")) PARTITION BY RANGE (at);
     CREATE TABLE kinds_old PARTITION OF kinds FOR VALUES FROM (MINVALUE) TO ('2000-01-01');
     CREATE TABLE kinds_new PARTITION OF kinds DEFAULT;
     INSERT INTO kinds VALUES (1.50, '1999-01-01', ${there}), (1.5, '2024-01-01', ${there}), (3, '2024-01-01', ${there});
     INSERT INTO kinds VALUES (2, '2024-01-01')`,
    `CREATE TABLE kinds ("the key" NUMERIC, at TIMESTAMP, ${KINDS.map((_, i) => `"c ${i}"`).join(', ')}, PRIMARY KEY (at, "the key"));
     INSERT INTO kinds VALUES (1.5, '1999-01-01 00:00:00', ${comes}), (1.5, '2024-01-01 00:00:00', ${comes}),
                              (2, '2024-01-01 00:00:00', ${comes}), (4, '2024-01-01 00:00:00', ${comes})`,
    { ifExists: 'upsert', accept: ['all-listed'] },
  )
  const print = () => run.rows('SELECT kinds::text FROM kinds ORDER BY at, "the key"')
  const before = await print()
  assert.deepEqual((await run.plan()).refusals, [])
  assert.deepEqual(said(await run.rest(await run.open())), [['kinds', 'equal', 4, 0, 4]])
  assert.notDeepEqual(await print(), before)
  await takeBack(run)
  assert.deepEqual(await print(), before)
})

test('another unique key of the target stops the table, and no value is told', async () => {
  const run = await workshop.begin(
    `CREATE TABLE users (id bigint PRIMARY KEY, mail text UNIQUE);
     INSERT INTO users VALUES (1, 'one-secret'), (2, 'two-secret')`,
    `CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT); INSERT INTO users VALUES (1, 'two-secret')`,
    { ifExists: 'upsert' },
  )
  await assert.rejects(run.whole(), error => {
    assert.match(String(error), /could not write rows by their key.*users_mail_key/)
    return !/secret/.test(JSON.stringify(error) + String(error))
  })
  assert.equal(await images(run), 0)
})

test('a row of the target that takes the place of an old one gives it back', async () => {
  const run = await workshop.begin(
    `CREATE TABLE users (id bigint PRIMARY KEY, mail text UNIQUE); INSERT INTO users VALUES (1, 'one')`,
    `CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE); INSERT INTO users VALUES (1, 'new'), (2, 'one')`,
    { ifExists: 'upsert' },
  )
  assert.deepEqual(said(await run.whole()), [['users', 'equal', 2, 0, 2]])
  await takeBack(run)
  assert.deepEqual(await run.rows('SELECT id::int, mail FROM users'), [[1, 'one']])
})

test('runs over the same rows are taken back one after the other, the last one first', async () => {
  const run = await workshop.begin(ITEMS.target, ITEMS.source, { ifExists: 'upsert', how: { chunkRows: 2 } })
  const before = await itemsOf(run)
  await run.whole()
  await run.rows(`UPDATE longhaul.run SET state = 'done'`)
  const between = await itemsOf(run)
  const second = run.again(
    `CREATE TABLE items (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO items VALUES (1, 'x'), (3, 'y'), (4, 'z')`,
  )
  await second.whole()
  assert.notDeepEqual(await itemsOf(run), between)
  await takeBack(second)
  assert.deepEqual(await itemsOf(run), between)
  const { tables } = await check(run)
  assert.deepEqual(
    tables.map(({ lost, changed }) => [lost, changed]),
    [[0, false]],
  )
  assert.deepEqual((await takeBack(run)).differences, [])
  assert.deepEqual(await itemsOf(run), before)
})
