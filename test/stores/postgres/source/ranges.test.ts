/** Cutting tables of a source into ranges, on a real server: every row in exactly one, while others write. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { TablePlan } from '../../../../model/plan.ts'
import type { Cell } from '../../../../model/types.ts'
import { hangUp } from '../../../../sessions/black-hole.ts'
import { ident } from '../../../../stores/postgres/quote.ts'
import { describeSource } from '../../../../stores/postgres/source/describe.ts'
import { boundsOf, conditionOf, orderOf } from '../../../../stores/postgres/source/ranges.ts'
import { exportSnapshot } from '../../../../stores/postgres/source/snapshot.ts'
import { type ScratchPostgres, startPostgres } from '../../../support/postgres.ts'
import { session } from '../../../support/session.ts'

let postgres: ScratchPostgres
let writer: pg.Client
let reader: pg.Client
let plans: Map<string, TablePlan>

before(async () => {
  postgres = await startPostgres()
  writer = new pg.Client({ connectionString: postgres.url })
  await writer.connect()
  await writer.query(TABLES)
  reader = await session(postgres.url)
  await exportSnapshot(reader, '*', 5000)
  const { tables } = await describeSource(reader, '*')
  plans = new Map(
    tables.map(table => {
      const target = { schema: 'public', name: table.relation }
      return [table.name, { ...table, origin: target, target, rows: ROWS } as unknown as TablePlan]
    }),
  )
  // What comes after the snapshot is in no range, and moves no row into another.
  for (const name of plans.keys()) {
    await writer.query(`UPDATE ${ident(name)} SET n = n + 1000 WHERE n % 3 = 0`)
    await writer.query(`DELETE FROM ${ident(name)} WHERE n % 5 = 0`)
  }
  await writer.query('VACUUM')
})
after(async () => {
  await hangUp(reader)
  await writer.end()
  await postgres.stop()
})

const ROWS = 1000
const ODD = `(ARRAY['it''s', 'b\\s', 'ä', 'A', 'a', '', '"', 'z', 'Å', '漢'])[1 + i % 10]`
const keyed = (name: string, type: string, value: string) => `
  CREATE TABLE ${name} (k ${type} PRIMARY KEY, n integer);
  INSERT INTO ${name} SELECT ${value}, i FROM generate_series(1, ${ROWS}) AS i ORDER BY md5(i::text);`

const TABLES = `
  CREATE TYPE size AS ENUM (${Array.from({ length: ROWS }, (_, i) => `'${(i * 7919) % ROWS} \\x'`).join(', ')});
  CREATE DOMAIN code AS varchar(40) COLLATE "en-x-icu";
  ${keyed('by_integer', 'integer', 'i * 3 - 1500')}
  ${keyed('by_text', 'text', `${ODD} || i`)}
  ${keyed('by_c', 'text COLLATE "C"', `${ODD} || i`)}
  ${keyed('by_domain', 'code', `${ODD} || i`)}
  ${keyed('by_char', 'char(8)', `repeat(' ', i % 4) || i`)}
  ${keyed('by_uuid', 'uuid', 'md5(i::text)::uuid')}
  ${keyed('by_numeric', 'numeric', `CASE WHEN i = 1 THEN 'NaN' WHEN i = 2 THEN '-Infinity' ELSE i * 1.00000000000000000001 END`)}
  ${keyed('by_float', 'double precision', `CASE WHEN i = 1 THEN 'NaN' WHEN i = 2 THEN '-Infinity' ELSE sqrt(i) END`)}
  ${keyed('by_time', 'timestamptz', `CASE WHEN i = 1 THEN 'infinity' ELSE '0005-01-01 BC'::timestamptz + i * '37 days 11:22:33.456789'::interval END`)}
  ${keyed('by_bytes', 'bytea', `sha256(i::text::bytea)`)}
  ${keyed('by_size', 'size', `(enum_range(NULL::size))[i]`)}
  ${keyed('by_array', 'text[]', `ARRAY[${ODD}, i::text, NULL]`)}
  ${keyed('by_range', 'int4range', `int4range(i % 7, i + 10)`)}
  ${keyed('by_interval', 'interval', `i * '1 day 01:00:00'::interval`)}
  CREATE TABLE by_two ("a b" text, k integer NOT NULL, n integer, PRIMARY KEY ("a b", k));
  INSERT INTO by_two SELECT ${ODD}, i / 10, i FROM generate_series(1, ${ROWS}) AS i;
  CREATE TABLE by_unique (k integer, w text NOT NULL, n integer);
  CREATE UNIQUE INDEX ON by_unique (w DESC);
  INSERT INTO by_unique SELECT i % 3, ${ODD} || i, i FROM generate_series(1, ${ROWS}) AS i;
  CREATE TABLE by_place (n integer, pad text);
  INSERT INTO by_place SELECT i, repeat('x', 100) FROM generate_series(1, ${ROWS}) AS i;
  CREATE TABLE empty (n integer);
  CREATE TABLE parted (k integer PRIMARY KEY, n integer) PARTITION BY RANGE (k);
  CREATE TABLE part1 PARTITION OF parted FOR VALUES FROM (MINVALUE) TO (300);
  CREATE TABLE part2 PARTITION OF parted FOR VALUES FROM (300) TO (MAXVALUE);
  INSERT INTO parted SELECT i, i FROM generate_series(1, ${ROWS}) AS i;`

/** The rows of each chunk. */
async function chunksOf(name: string, rows: number): Promise<number[][]> {
  const table = plans.get(name)!
  const bounds = await boundsOf(reader, table, rows)
  const chunks: number[][] = []
  for (let i = 0; i <= bounds.length; i++) {
    const where = conditionOf(table, range(bounds[i - 1], bounds[i]))
    const order = orderOf(table) && ` ORDER BY ${orderOf(table)}`
    const found = await reader.query(`SELECT t.n FROM public.${ident(name)} AS t WHERE ${where}${order}`)
    chunks.push(found.rows.map(({ n }) => n))
  }
  return chunks
}

const range = (after: Cell[] | undefined, upTo: Cell[] | undefined) => ({
  ...(after && { after }),
  ...(upTo && { upTo }),
})

const EVERY = Array.from({ length: ROWS }, (_, i) => i + 1)
const sorted = (numbers: number[]) => [...numbers].sort((a, b) => a - b)

const KEYS = ['integer', 'text', 'c', 'domain', 'char', 'uuid', 'numeric', 'float', 'time', 'bytes', 'size']
const MORE = ['array', 'range', 'interval', 'two', 'unique']

for (const name of [...KEYS, ...MORE].map(name => `by_${name}`)) {
  test(`${name}: every row is in one chunk, and no chunk is larger than it may be`, async () => {
    assert.equal(plans.get(name)!.access.by, 'key')
    const chunks = await chunksOf(name, 150)
    assert.deepEqual(sorted(chunks.flat()), EVERY)
    assert.deepEqual(
      chunks.map(({ length }) => length),
      [150, 150, 150, 150, 150, 150, 100],
    )
  })
}

test('by_place: every row is in one window of blocks', async () => {
  assert.deepEqual(plans.get('by_place')!.access, { by: 'ctid' })
  const chunks = await chunksOf('by_place', 300)
  assert.deepEqual(sorted(chunks.flat()), EVERY)
  assert.equal(chunks.length, 4)
})

test('A part of a table is cut as the whole is', async () => {
  const table = plans.get('by_integer')!
  const bounds = await boundsOf(reader, table, 100, { after: ['-1500'], upTo: ['-600'] })
  assert.deepEqual(bounds, [['-1200'], ['-900']])
  const blocks = await boundsOf(reader, plans.get('by_place')!, 300, { after: [3], upTo: [12] })
  assert.equal(blocks.length, 1)
  assert.ok((blocks[0]![0] as number) > 3 && (blocks[0]![0] as number) < 12)
})

test('A chunk that ends with the table needs no bound; an empty table none at all', async () => {
  assert.equal((await boundsOf(reader, plans.get('by_integer')!, 500)).length, 1)
  assert.equal((await boundsOf(reader, plans.get('by_integer')!, ROWS)).length, 0)
  assert.equal((await boundsOf(reader, plans.get('empty')!, 10)).length, 0)
})

test('A large table is cut by a sample: every row is in one chunk all the same', async () => {
  plans.set('by_text', { ...plans.get('by_text')!, rows: 5_000_000 })
  const chunks = await chunksOf('by_text', 100)
  assert.deepEqual(sorted(chunks.flat()), EVERY)
})

test('A partitioned table is cut by its key', async () => {
  const chunks = await chunksOf('parted', 300)
  assert.deepEqual(sorted(chunks.flat()), EVERY)
  assert.equal(chunks.length, 4)
})
