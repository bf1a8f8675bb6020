/** Reading a target's rows back: every cell, whatever its size, and clear failures. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { TablePlan } from '../../../model/plan.ts'
import type { LogicalType, Row } from '../../../model/types.ts'
import { readRows } from '../../../stores/postgres/copy-out.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { tableOf } from './tables.ts'

let server: ScratchPostgres
let client: pg.Client

before(async () => {
  server = await startPostgres()
  client = await connect()
})
after(async () => {
  await client?.end()
  await server?.stop()
})

async function connect(): Promise<pg.Client> {
  const fresh = new pg.Client(server.url)
  fresh.on('error', () => {})
  await fresh.connect()
  return fresh
}

async function rowsOf(table: TablePlan, from = client): Promise<Row[]> {
  const all: Row[] = []
  for await (const rows of readRows(from, table, () => {})) all.push(...rows)
  return all
}

const isFailure = (code: string, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Failure, String(error))
  assert.equal(error.code, code, error.message)
  assert.match(error.message, text)
  return true
}

const text: LogicalType = { kind: 'text' }
const bytes: LogicalType = { kind: 'bytes' }
const int: LogicalType = { kind: 'integer', bits: 64 }

test('cells are as the page of cells says', async () => {
  await client.query(`
    CREATE TYPE mood AS ENUM ('fine', 'bad');
    CREATE DOMAIN small AS smallint CHECK (VALUE < 10);
    CREATE TABLE cells (b boolean, s small, m mood, f varchar(9), n numeric(9,3), u uuid, i inet, c cidr, j jsonb);
    INSERT INTO cells VALUES
      (true, 3, 'bad', 'x', 1.5, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2001:db8:0:0:1::1', '10.1.0.0/16', '[1]'),
      (NULL, NULL, NULL, NULL, -0.001, NULL, '::ffff:1.2.3.4/120', NULL, NULL)`)
  const table = tableOf(
    {
      b: { kind: 'boolean' },
      s: { kind: 'integer', bits: 16 },
      m: text,
      f: text,
      n: { kind: 'numeric' },
      u: { kind: 'uuid' },
      i: { kind: 'inet' },
      c: { kind: 'inet' },
      j: { kind: 'json', binary: true },
    },
    [],
    'cells',
  )
  const id = new Uint8Array(Buffer.from('a0eebc999c0b4ef8bb6d6bb9bd380a11', 'hex'))
  assert.deepEqual(await rowsOf(table), [
    [true, 3, 'bad', 'x', '1.500', id, '2001:db8::1:0:0:1', '10.1.0.0/16', '[1]'],
    [null, null, null, null, '-0.001', null, '::ffff:1.2.3.4/120', null, null],
  ])
})

test('decimals and addresses are spelled as the server spells them', async () => {
  await client.query(`
    CREATE TABLE spelled AS SELECT n, i FROM
      unnest('{0,0.0,-0.10,1e20,123456789.00001,0.00001,10000.0001,1e-30,-99999999,1e130,NaN,Infinity}'::numeric[])
      WITH ORDINALITY AS a (n, k)
    FULL JOIN
      unnest('{::,::1,1::,1:0:0:2::3,1:2:3:4:5:6:0:8,::ffff:1.2.3.4,fe80::1/64,1.2.3.4/0,0.0.0.0}'::inet[])
      WITH ORDINALITY AS b (i, k) USING (k)`)
  const { rows } = await client.query('SELECT n, i FROM spelled')
  const table = tableOf({ n: { kind: 'numeric' }, i: { kind: 'inet' } }, [], 'spelled')
  assert.deepEqual(
    await rowsOf(table),
    rows.map(({ n, i }) => [n, i]),
  )
})

test('an empty table has no rows, and a table without columns has as many as it has', async () => {
  await client.query('CREATE TABLE nothing (a text); CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES')
  assert.deepEqual(await rowsOf(tableOf({ a: text }, [], 'nothing')), [])
  assert.deepEqual(await rowsOf(tableOf({}, [], 'bare')), [[]])
})

test('rows of many megabytes come whole, among small ones', async () => {
  await client.query(`
    CREATE TABLE large (id bigint, t text, b bytea, e text);
    INSERT INTO large SELECT g, repeat(chr(64 + g % 26), CASE g % 7 WHEN 3 THEN 3000000 WHEN 5 THEN 262100 ELSE g END),
      decode(repeat('00ff', CASE g % 7 WHEN 3 THEN 1000000 ELSE 0 END), 'hex'), '' FROM generate_series(1, 60) g`)
  const rows = await rowsOf(tableOf({ id: int, t: text, b: bytes, e: text }, [], 'large'))
  assert.equal(rows.length, 60)
  for (const [i, [id, t, b, e]] of rows.entries()) {
    const g = i + 1
    assert.equal(id, g)
    assert.equal(e, '')
    const length = g % 7 === 3 ? 3_000_000 : g % 7 === 5 ? 262_100 : g
    assert.ok(t === String.fromCharCode(64 + (g % 26)).repeat(length))
    assert.ok(
      Buffer.from(b as Uint8Array).equals(Buffer.alloc(g % 7 === 3 ? 2_000_000 : 0, '\x00\xff', 'latin1')),
    )
  }
})

test('1,600 columns, most of them NULL', async () => {
  const names = Array.from({ length: 1600 }, (_, i) => `c${i}`)
  await client.query(`CREATE TABLE wide (${names.map(name => `${name} text`).join(', ')})`)
  await client.query(
    `INSERT INTO wide (c0, c799, c1599) SELECT g::text, '', 'end' FROM generate_series(1, 500) g`,
  )
  const rows = await rowsOf(tableOf(Object.fromEntries(names.map(name => [name, text])), [], 'wide'))
  assert.equal(rows.length, 500)
  for (const [i, row] of rows.entries()) {
    assert.deepEqual([row[0], row[799], row[1599], row[1]], [String(i + 1), '', 'end', null])
    assert.equal(row.filter(cell => cell === null).length, 1597)
  }
})

test('names of any kind, a partitioned table, and no rows of children', async () => {
  await client.query(`
    CREATE TABLE "Sel""ect 😀" ("from" bigint, "Ä b" text);
    INSERT INTO "Sel""ect 😀" VALUES (1, 'x');
    CREATE TABLE child () INHERITS ("Sel""ect 😀");
    INSERT INTO child VALUES (2, 'not ours');
    CREATE TABLE parts (id bigint) PARTITION BY HASH (id);
    CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO parts VALUES (5)`)
  assert.deepEqual(await rowsOf(tableOf({ 'Ä b': text, from: int }, [], 'Sel"ect 😀')), [['x', 1]])
  assert.deepEqual(await rowsOf(tableOf({ id: int }, [], 'parts')), [[5]])
})

test('progress comes to the number of rows, and the client works on afterwards', async () => {
  await client.query('CREATE TABLE many AS SELECT g::bigint AS id FROM generate_series(1, 100000) g')
  const seen: number[] = []
  let sum = 0
  for await (const rows of readRows(client, tableOf({ id: int }, [], 'many'), rows => seen.push(rows))) {
    for (const [id] of rows) sum += id as number
  }
  assert.equal(sum, 5_000_050_000)
  assert.equal(seen.at(-1), 100_000)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.deepEqual((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }])
})

test('a reader that takes its time holds the server back and not the rows', async () => {
  await client.query(`CREATE TABLE slow AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 60000)`)
  let largest = 0
  let count = 0
  for await (const rows of readRows(client, tableOf({ t: text }, [], 'slow'), () => {})) {
    await new Promise(resolve => setImmediate(resolve))
    largest = Math.max(largest, rows.length)
    count += rows.length
  }
  assert.equal(count, 60_000)
  assert.ok(largest < 2000, `${largest} rows of 1 KB at once`)
})

test('a changed target is named, before a row is read', async () => {
  await client.query('CREATE TABLE changed (a interval, b timestamp)')
  const drifted = (columns: Record<string, LogicalType>, words: RegExp) =>
    assert.rejects(rowsOf(tableOf(columns, [], 'changed')), isFailure('drift', words))
  await drifted({ a: text }, /column "a".*type/)
  await drifted({ gone: text }, /no column "gone"/)
  await drifted({ b: { kind: 'timestamp', zone: true } }, /column "b".*type/)
  await assert.rejects(rowsOf(tableOf({ a: text }, [], 'no such table')), isFailure('drift', /no column "a"/))
})

test('an error in mid-read is one failure without values, and the client works on', async () => {
  await client.query(`
    CREATE TABLE bad AS SELECT g::bigint AS id, repeat('x', 500) AS t FROM generate_series(1, 5000) g;
    CREATE FUNCTION fail(n bigint) RETURNS bigint LANGUAGE plpgsql AS
      $$ BEGIN IF n > 4000 THEN RAISE division_by_zero USING MESSAGE = 'secret ' || n; END IF; RETURN n; END $$`)
  await client.query('ALTER TABLE bad ENABLE ROW LEVEL SECURITY')
  await client.query('CREATE POLICY p ON bad USING (fail(id) > 0)')
  await client.query('CREATE ROLE reader; GRANT SELECT ON bad TO reader; SET ROLE reader')
  const error = await rowsOf(tableOf({ id: int, t: text }, [], 'bad')).then(
    () => assert.fail('the error was lost'),
    error => error,
  )
  await client.query('RESET ROLE')
  assert.ok(error instanceof Failure, String(error))
  assert.match(error.message, /table "bad"/)
  assert.doesNotMatch(error.message, /secret|4001/)
})

test('a terminated backend rejects once, as something to try again', async () => {
  const victim = await connect()
  const { rows } = await victim.query('SELECT pg_backend_pid() AS pid')
  let batches = 0
  const reading = (async () => {
    for await (const _ of readRows(victim, tableOf({ t: text }, [], 'slow'), () => {})) {
      if (++batches === 3) await client.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    }
  })()
  await assert.rejects(reading, isFailure('unavailable', /table "slow"/))
  await assert.rejects(rowsOf(tableOf({ t: text }, [], 'slow'), victim), isFailure('unavailable', /slow/))
})

test('who stops early leaves no session behind that sends on', async () => {
  const quitter = await connect()
  const { rows } = await quitter.query('SELECT pg_backend_pid() AS pid')
  const ended = new Promise(resolve => quitter.once('end', resolve))
  for await (const _ of readRows(quitter, tableOf({ t: text }, [], 'slow'), () => {})) break
  await ended
  const backends = () => client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [rows[0].pid])
  while ((await backends()).rowCount) await new Promise(resolve => setTimeout(resolve, 20))
})
