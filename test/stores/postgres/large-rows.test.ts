/** Values of many megabytes go out and come back in pieces, and are the same on both sides. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { LargeValue, Row } from '../../../model/types.ts'
import { digestFor } from '../../../stores/digest/digester.ts'
import { digestTarget } from '../../../stores/digest/target.ts'
import { LARGE } from '../../../stores/large.ts'
import { copyIn } from '../../../stores/postgres/copy-in.ts'
import { createTable } from '../../../stores/postgres/ddl.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

let postgres: ScratchPostgres
let client: pg.Client
before(async () => {
  postgres = await startPostgres()
  client = await session(postgres.url)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
})

const table = tablePlan(
  'large',
  [
    columnPlan('id', { kind: 'integer', bits: 64 }, { notNull: true }),
    columnPlan('t', { kind: 'text' }),
    columnPlan('twice', { kind: 'integer', bits: 64 }, { generated: '("id" * 2)' }),
    columnPlan('doc', { kind: 'json', binary: true }),
    columnPlan('b', { kind: 'bytes' }),
  ],
  { key: ['id'], largestRow: 4 * LARGE },
)

const long = 'aé漢😀b'.repeat(600_000)
const blob = Buffer.alloc(LARGE + 1_234_567, 'bytes \0 ')
const json = JSON.stringify({ long: 'x'.repeat(LARGE + 5) })

function inPieces(kind: 'text' | 'bytes', whole: Buffer): LargeValue {
  const pieces = function* () {
    for (let at = 0; at < whole.length; at += 1_000_003) yield whole.subarray(at, at + 1_000_003)
  }
  return { kind, bytes: whole.length, pieces }
}

const rows: Row[] = [
  [1, 'before', 2, null, null],
  [2, inPieces('text', Buffer.from(long)), 4, null, inPieces('bytes', blob)],
  [3, null, 6, json, inPieces('bytes', blob)],
  [4, 'after', 8, '{}', Buffer.from('x')],
]

async function fresh(): Promise<void> {
  await client.query('DROP TABLE IF EXISTS public.large')
  for (const sql of createTable(table).sql) await client.query(sql)
}

test('rows with large values among small ones arrive, and are read back with the digest of the source', async () => {
  await fresh()
  const source = digestFor(table, 'source')
  source.add(rows)
  assert.equal((await copyIn(client, table, [rows], () => {})).rows, 4)
  const { rows: found } = await client.query(
    'SELECT id::int, t = $1 AS t, b = $2 AS b, length(doc->>$3) AS doc, twice::int FROM public.large ORDER BY id',
    [long, blob, 'long'],
  )
  assert.deepEqual(found, [
    { id: 1, t: false, b: null, doc: null, twice: 2 },
    { id: 2, t: true, b: true, doc: null, twice: 4 },
    { id: 3, t: null, b: true, doc: LARGE + 5, twice: 6 },
    { id: 4, t: false, b: false, doc: null, twice: 8 },
  ])
  const heard: number[] = []
  assert.ok(source.digest.equals(await digestTarget(client, table, count => heard.push(count))))
  assert.equal(heard.at(-1), 4)
})

test('a byte that changed in the midst of a large value is a difference', async () => {
  await fresh()
  await copyIn(client, table, [rows], () => {})
  const source = digestFor(table, 'source')
  source.add(rows)
  await client.query('UPDATE public.large SET b = set_byte(b, 3000000, 1) WHERE id = 3')
  assert.ok(!source.digest.equals(await digestTarget(client, table, () => {})))
})

test('a NUL in a large text ends the copy with the name of the column', async () => {
  await fresh()
  const bad: Row = [9, inPieces('text', Buffer.from(`${long}\0`)), 18, null, null]
  await assert.rejects(
    copyIn(client, table, [[bad]], () => {}),
    (error: unknown) =>
      error instanceof Failure && error.code === 'value' && /large\.t: .*NUL character/.test(error.message),
  )
  const { rows: left } = await client.query('SELECT count(*)::int AS n FROM public.large')
  assert.deepEqual(left, [{ n: 0 }])
})
