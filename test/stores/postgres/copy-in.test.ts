import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { TablePlan } from '../../../model/plan.ts'
import type { Row } from '../../../model/types.ts'
import { identify, terminate } from '../../../stores/postgres/backend.ts'
import { copyIn } from '../../../stores/postgres/copy-in.ts'
import { addPrimaryKey, createTable } from '../../../stores/postgres/ddl.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

const SECRET = 'the-secret-of-ann'
const table: TablePlan = tablePlan(
  'odd "name"',
  [
    columnPlan('id', { kind: 'integer', bits: 64 }, { notNull: true }),
    columnPlan('text', { kind: 'text' }, { target: 'a, column "b"' }),
    columnPlan('doc', { kind: 'json', binary: true }),
  ],
  { primaryKey: { columns: ['id'] } },
)

let postgres: ScratchPostgres
let client: pg.Client
let other: pg.Client
before(async () => {
  postgres = await startPostgres()
  other = await session(postgres.url)
})
after(async () => {
  await other?.end()
  await postgres?.stop()
})
beforeEach(async t => {
  client = await session(postgres.url)
  await client.query('DROP TABLE IF EXISTS public."odd ""name"""')
  for (const { sql } of [createTable(table), ...addPrimaryKey(table)])
    for (const text of sql) await client.query(text)
  if ('after' in t) t.after(() => client.end().catch(() => {}))
})

function* batches(count: number, from = 0): Generator<Row[]> {
  for (let i = from; i < from + count; i += 300) {
    const size = Math.min(300, from + count - i)
    yield Array.from({ length: size }, (_, j) => [i + j, `text of ${i + j}`, '{"a": 1}'])
  }
}

const count = async (on = client) =>
  (await on.query('SELECT count(*)::int AS n FROM public."odd ""name"""')).rows[0].n

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => assert.fail('it went through'),
    (error: unknown) => error,
  )
  assert.ok(error instanceof Failure, String(error))
  assert.ok(!JSON.stringify([error.facts, error.message, error.stack]).includes(SECRET))
  assert.equal(error.cause, undefined)
  return error
}

test('300,000 rows, with progress and figures that agree', async t => {
  const heard: number[] = []
  const start = performance.now()
  const copied = await copyIn(client, table, batches(300_000), rows => heard.push(rows))
  t.diagnostic(`${Math.round(300_000 / ((performance.now() - start) / 1000))} rows/s`)
  assert.equal(copied.rows, 300_000)
  assert.equal(await count(), 300_000)
  assert.deepEqual(
    heard,
    heard.toSorted((a, b) => a - b),
  )
  assert.equal(heard.at(-1), 300_000)
})

test('no rows are a COPY of none, and the session goes on', async () => {
  assert.equal((await copyIn(client, table, [], () => {})).rows, 0)
  assert.equal((await copyIn(client, table, batches(10), () => {})).rows, 10)
  assert.equal(await count(), 10)
})

test('asynchronous batches', async () => {
  async function* slowly() {
    for (const batch of batches(1000)) yield await Promise.resolve(batch)
  }
  assert.equal((await copyIn(client, table, slowly(), () => {})).rows, 1000)
})

test('a value that does not fit fails the COPY and leaves the session to roll back', async () => {
  await client.query('BEGIN')
  const bad: Row[][] = [...batches(50_000), [[SECRET, 'x', null]]]
  const failure = await failureOf(copyIn(client, table, bad, () => {}))
  assert.equal(failure.code, 'value')
  assert.equal(failure.facts.object, 'odd "name".id')
  await client.query('ROLLBACK')
  assert.equal(await count(), 0)
  assert.equal((await copyIn(client, table, batches(5), () => {})).rows, 5)
})

test('a value that the server refuses is named by its column, never shown', async () => {
  const failure = await failureOf(copyIn(client, table, [[[1, 'x', `{"${SECRET}"`]]], () => {}))
  assert.equal(failure.code, 'value')
  assert.equal(failure.facts.object, 'odd "name".doc')
})

test('a key that is there twice is named by its constraint, never shown', async () => {
  const twice: Row[][] = [...batches(100_000), [[7, SECRET, null]]]
  const failure = await failureOf(copyIn(client, table, twice, () => {}))
  assert.match(failure.message, /unique_violation \(23505\).*constraint odd "name"_pkey/)
  assert.equal(await count(), 0)
})

test('a reader that throws fails the COPY', async () => {
  function* broken(): Generator<Row[]> {
    yield* batches(1000)
    throw new Failure({ code: 'source', message: 'the file is damaged' })
  }
  assert.equal((await failureOf(copyIn(client, table, broken(), () => {}))).code, 'source')
  assert.equal(await count(), 0)
})

test('a backend ended in mid-COPY: one clean rejection, and nothing stays', async () => {
  const backend = await identify(client)
  async function* killed() {
    yield* batches(20_000)
    await terminate(other, backend)
    yield* batches(200_000, 20_000)
  }
  const failure = await failureOf(copyIn(client, table, killed(), () => {}))
  assert.equal(failure.code, 'unavailable')
  assert.equal(await count(other), 0)
})

test('a backend ended while a reader hangs: no waiting for the reader', async () => {
  const backend = await identify(client)
  async function* hanging() {
    yield* batches(600)
    await terminate(other, backend)
    await new Promise(() => {})
  }
  assert.equal((await failureOf(copyIn(client, table, hanging(), () => {}))).code, 'unavailable')
})

test('a session that is dead already', async () => {
  await terminate(other, await identify(client))
  assert.equal((await failureOf(copyIn(client, table, batches(10), () => {}))).code, 'unavailable')
})

test('a table that is not there', async () => {
  const missing = tablePlan('missing', table.columns)
  const failure = await failureOf(copyIn(client, missing, batches(10), () => {}))
  assert.match(failure.message, /relation "public.missing" does not exist/)
  assert.equal(await count(), 0)
})

test('an abort in mid-COPY gives its reason and leaves the session usable', async () => {
  const abort = new AbortController()
  const reason = new Error('stop, says the worker')
  async function* aborting() {
    yield* batches(600)
    abort.abort(reason)
    await new Promise(() => {})
  }
  await assert.rejects(
    copyIn(client, table, aborting(), () => {}, abort.signal),
    error => error === reason,
  )
  assert.equal(await count(), 0)
})

test('an abort while the table is locked by another session', async () => {
  await other.query('BEGIN')
  await other.query('LOCK TABLE public."odd ""name""" IN ACCESS EXCLUSIVE MODE')
  const abort = new AbortController()
  const copying = copyIn(client, table, batches(10), () => {}, abort.signal)
  abort.abort(new Error('enough'))
  await assert.rejects(copying, /enough/)
  await other.query('ROLLBACK')
})
