/** The transaction of a repair, and who writes into the table between the look at its rows and their change. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { repairFolder } from '../../activities/repair-files.ts'
import { writeRows } from '../../activities/repair-write.ts'
import type { TablePlan } from '../../model/plan.ts'
import { REPAIRS } from '../../model/repair.ts'
import type { Row } from '../../model/types.ts'
import { openStage, pairStaged, stageSource, stageTarget } from '../../stores/postgres/repair-stage.ts'
import { startPostgres } from '../support/postgres.ts'

const server = await startPostgres()
const home = mkdtempSync(join(tmpdir(), 'longhaul-repair-'))
const clients: pg.Client[] = []
after(async () => {
  await Promise.all(clients.map(client => client.end()))
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

const url = await server.createDatabase()
async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  clients.push(client)
  await client.connect()
  return client
}
const [reader, writer, other] = [await session(), await session(), await session()]

const column = (name: string, type: TablePlan['columns'][number]['type']) => ({
  ...{ name, target: name, type, notNull: false, wide: false, why: '' },
})
const tableOf = (name: string, key: string[]): TablePlan => ({
  ...{ name, target: { schema: 'public', name }, action: 'use', access: { by: 'scan' } as never, key },
  columns: [column('id', { kind: 'integer', bits: 64 }), column('word', { kind: 'text' })],
  ...{ uniques: [], checks: [], indexes: [], statistics: [], foreignKeys: [] },
  ...{ rows: 0, bytes: 0, largestRow: 100, sourceSql: '' },
})

/** Brings rows of the source, and the places of rows of the target as the reader's snapshot has them, paired by id. */
async function staged(table: TablePlan, rows: Row[], ids: number[]) {
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const { rows: places } = await reader.query(
    `SELECT id, tableoid::oid::text AS part, ctid::text AS at FROM ${table.name} WHERE id = ANY ($1)`,
    [ids],
  )
  const stage = await openStage(writer, table)
  await stageSource(writer, stage, [rows.map(row => [...row, BigInt(row[0] as number)])], () => {})
  const found = places.map(({ id, part, at }) => ({ number: BigInt(id), part, at }))
  await stageTarget(
    writer,
    (async function* () {
      yield found
    })(),
  )
  await pairStaged(writer, stage)
  return stage
}

const rowsIn = async (table: string) =>
  (await other.query({ text: `SELECT id::int, word FROM ${table} ORDER BY 1, 2`, rowMode: 'array' })).rows

test('a row that somebody has changed since it was located stays as they left it', async () => {
  await other.query(`CREATE TABLE moves (id bigint PRIMARY KEY, word text);
    INSERT INTO moves VALUES (1, 'wrong'), (2, 'wrong'), (3, 'surplus'), (4, 'surplus')`)
  const stage = await staged(
    tableOf('moves', ['id']),
    [
      [1, 'one'],
      [2, 'two'],
      [5, 'five'],
      [6, 'six'],
    ],
    [1, 2, 3, 4],
  )
  await other.query(
    `UPDATE moves SET word = 'theirs' WHERE id IN (2, 4); INSERT INTO moves VALUES (6, 'theirs')`,
  )
  const place = { home, run: 'r', at: '2026-01-31T12:00:00.000Z' }
  const { done, moved, violations } = await writeRows(writer, place, stage, REPAIRS)
  await reader.query('COMMIT')
  assert.deepEqual([done, moved, violations], [{ missing: 1, different: 1, surplus: 1 }, 2, []])
  assert.deepEqual(await rowsIn('moves'), [
    [1, 'one'],
    [2, 'theirs'],
    [4, 'theirs'],
    [5, 'five'],
    [6, 'theirs'],
  ])
})

test('where a rule is against one kind the others are done, and no script is left of what was not', async () => {
  await other.query(`CREATE TABLE ruled (id bigint PRIMARY KEY, word text CONSTRAINT short CHECK (length(word) < 8));
    INSERT INTO ruled VALUES (1, 'wrong'), (3, 'surplus')`)
  const stage = await staged(
    tableOf('ruled', ['id']),
    [
      [1, 'one'],
      [2, 'longer than that'],
    ],
    [1, 3],
  )
  const place = { home, run: 'r', at: '2026-01-31T13:00:00.000Z' }
  const { done, violations } = await writeRows(writer, place, stage, REPAIRS)
  await reader.query('COMMIT')
  assert.deepEqual(done, { missing: 0, different: 1, surplus: 1 })
  assert.equal(violations.length, 1)
  assert.match(violations[0]!, /constraint short/)
  assert.doesNotMatch(violations[0]!, /longer/)
  assert.deepEqual(await rowsIn('ruled'), [[1, 'one']])
  const files = readdirSync(join(home, 'runs', 'r', repairFolder(place.at)))
  assert.equal(files.filter(name => name.endsWith('.sql')).length, 2)
})

test('of rows that are the same, in a table without a key, just one goes, and one comes back', async () => {
  await other.query(
    `CREATE TABLE bag (id bigint, word text); INSERT INTO bag VALUES (1, 'a'), (1, 'a'), (1, 'a')`,
  )
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const { rows } = await reader.query(`SELECT tableoid::oid::text AS part, ctid::text AS at FROM bag LIMIT 1`)
  const stage = await openStage(writer, tableOf('bag', []))
  await stageSource(writer, stage, [[[2, null, 7n]]], () => {})
  await stageTarget(
    writer,
    (async function* () {
      yield [{ number: 9n, part: rows[0].part, at: rows[0].at }]
    })(),
  )
  await pairStaged(writer, stage)
  await writeRows(writer, { home, run: 'r', at: '2026-01-31T14:00:00.000Z' }, stage, REPAIRS)
  await reader.query('COMMIT')
  assert.deepEqual(await rowsIn('bag'), [
    [1, 'a'],
    [1, 'a'],
    [2, null],
  ])
})

test('two rows that have swapped a unique value, and parents in the same table', async () => {
  await other.query(`CREATE TABLE swaps (id bigint PRIMARY KEY, word text UNIQUE, up bigint REFERENCES swaps);
    INSERT INTO swaps VALUES (1, 'two', NULL), (2, 'one', NULL), (9, 'three', NULL), (4, 'four', 9)`)
  const up = column('up', { kind: 'integer', bits: 64 })
  const table = tableOf('swaps', ['id'])
  const rows: Row[] = [
    [1, 'one', null],
    [2, 'two', null],
    [3, 'three', null],
    [4, 'four', 3],
  ]
  const stage = await staged({ ...table, columns: [...table.columns, up] }, rows, [1, 2, 9, 4])
  const place = { home, run: 'r', at: '2026-01-31T15:00:00.000Z' }
  const { done, violations } = await writeRows(writer, place, stage, REPAIRS)
  await reader.query('COMMIT')
  assert.deepEqual([done, violations], [{ missing: 1, different: 3, surplus: 1 }, []])
  const { rows: now } = await other.query({
    text: 'SELECT id::int, word, up::int FROM swaps ORDER BY 1',
    rowMode: 'array',
  })
  assert.deepEqual(now, rows)
})
