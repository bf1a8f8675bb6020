/** Sessions through a real PgBouncer that gives each transaction another session of the server. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import pg from 'pg'
import { addWhole, claimChunk } from '../../ledger/claims.ts'
import { chunkMark, mark, markedBy } from '../../ledger/marks.ts'
import { register } from '../../ledger/runs.ts'
import { createLedger, OWN_SCHEMA } from '../../ledger/schema.ts'
import { inTransaction } from '../../ledger/transaction.ts'
import type { Plan } from '../../model/plan.ts'
import { backendNow, isPooled, needOwnSession, onBackend } from '../../sessions/pooled.ts'
import { terminate } from '../../stores/postgres/backend.ts'
import { copyIn } from '../../stores/postgres/copy-in.ts'
import { readRows } from '../../stores/postgres/copy-out.ts'
import { hasPgBouncer, type Pool, startPgBouncer } from '../support/pgbouncer.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'
import { startPostgres } from '../support/postgres.ts'
import { session } from '../support/session.ts'

const skip = hasPgBouncer() ? false : 'PgBouncer is not on this machine'
const postgres = await startPostgres({ own: true })
after(() => postgres.stop())
const pool = skip ? undefined : await startPgBouncer(postgres.url, { default_pool_size: 2 })
after(() => pool?.stop())
const { url } = (pool ?? { url: '' }) as Pool

/** The value of a setting as the next statement sees it. */
const setting = async (client: pg.Client, name: string) =>
  (await client.query<{ v: string }>(`SELECT pg_catalog.current_setting('${name}', true) AS v`)).rows[0]!.v

test('a session says its settings in each transaction, and leaves none of them to the next', {
  skip,
}, async () => {
  const client = await session(url)
  assert.ok(isPooled(client))
  await client.query(`SET lock_timeout = '5s'; SET maintenance_work_mem = '9MB'`)
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  for (const inside of [true, false]) {
    if (inside) await client.query(`BEGIN; SET LOCAL statement_timeout = '7s'`)
    assert.equal(await setting(client, 'search_path'), 'pg_catalog')
    assert.equal(await setting(client, 'lock_timeout'), '5s')
    assert.equal(await setting(client, 'maintenance_work_mem'), '9MB')
    assert.equal(await setting(client, 'application_name'), 'longhaul test')
    assert.equal(await setting(client, 'statement_timeout'), inside ? '7s' : '0')
    assert.equal(await setting(client, 'transaction_isolation'), 'read committed')
    if (inside) await client.query('COMMIT')
  }
  await other.query('BEGIN')
  for (const [name, usual] of [
    ['lock_timeout', '0'],
    ['maintenance_work_mem', '64MB'],
    ['search_path', '"$user", public'],
    ['application_name', 'longhaul'],
  ] as const)
    assert.equal(await setting(other, name), usual, name)
  await other.query('COMMIT')
  await client.query('SET default_transaction_read_only = on')
  await assert.rejects(client.query('CREATE TABLE public.no (a int)'), /read-only/)
  assert.throws(() => needOwnSession(client, 'hold a lock'), /session of its own.*URL of the server itself/)
  await other.end()
  await client.end()
})

test('what fails takes nothing with it, and what no transaction takes is done alone', { skip }, async () => {
  const client = await session(url)
  await client.query('CREATE TABLE public.t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)')
  await assert.rejects(client.query('INSERT INTO public.t VALUES (1), (1)'), { code: '23505' })
  await client.query({ name: 'kept', text: 'INSERT INTO public.t VALUES ($1)', values: [2] })
  await client.query({ name: 'kept', text: 'INSERT INTO public.t VALUES ($1)', values: [3] })
  await client.query('BEGIN')
  await client.query('INSERT INTO public.t VALUES (2)')
  await assert.rejects(client.query('COMMIT'), { code: '23505' })
  assert.equal(await setting(client, 'search_path'), 'pg_catalog')
  await client.query('VACUUM public.t')
  await assert.rejects(client.query('VACUUM public.nothing'), { code: '42P01' })
  const { rows } = await client.query('SELECT a FROM public.t ORDER BY a')
  assert.deepEqual(rows, [{ a: 2 }, { a: 3 }])
  const parallel = await Promise.all([4, 5, 6].map(a => client.query('SELECT $1::int AS a', [a])))
  assert.deepEqual(
    parallel.map(({ rows }) => rows[0].a),
    [4, 5, 6],
  )
  await client.end()
})

test('COPY in both ways, outside of a transaction as well', { skip }, async () => {
  const client = await session(url)
  const heard: (number | undefined)[] = []
  onBackend(client, backend => heard.push(backend))
  await client.query('CREATE TABLE public.copied (a bigint)')
  const columns = [columnPlan('a', { kind: 'integer', bits: 64 })]
  const table = tablePlan('copied', columns)
  await copyIn(client, table, [[[1], [2]], [[3]]], () => {})
  const found: unknown[] = []
  for await (const rows of readRows(client, table, () => {})) found.push(...rows.flat())
  assert.deepEqual(found, [1, 2, 3])
  // Its turn comes when the transaction of the COPY is over.
  await client.query('SELECT 1')
  assert.equal(backendNow(client), undefined)
  assert.ok(heard.length >= 6 && heard.filter(pid => pid !== undefined).every(pid => pid > 0))
  await client.end()
})

test("a transaction may take another one's snapshot", { skip }, async () => {
  const [holder, reader] = [await session(url), await session(url)]
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const { rows } = await holder.query('SELECT pg_catalog.pg_export_snapshot() AS id')
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await reader.query(`SET TRANSACTION SNAPSHOT '${rows[0].id}'`)
  assert.equal(await setting(reader, 'search_path'), 'pg_catalog')
  assert.equal(await setting(reader, 'transaction_isolation'), 'repeatable read')
  for (const client of [holder, reader]) await client.query('COMMIT')
  for (const client of [holder, reader]) await client.end()
})

test('whoever takes a chunk over ends the session that is at work at it, and no other', {
  skip,
}, async () => {
  const [stalled, next] = [await session(url), await session(url)]
  const bystander = await session(postgres.url)
  await createLedger(next, OWN_SCHEMA)
  const run = randomUUID()
  const plan = { hash: 'h', findings: [], how: {}, what: { tables: [tablePlan('t', [])] } } as unknown as Plan
  const token = await register(next, OWN_SCHEMA, {
    ...{ run, name: 'n', plan, requestHash: 'r', fingerprint: 'f', source: 's', host: 'h', home: 'm' },
    ...{ database: 'd', takenAt: '2026-01-01T00:00:00Z', attempt: 1, adopt: false },
  })
  await addWhole(next, OWN_SCHEMA, token, ['t'])
  const claimant = { table: 't', owner: 't/0', sweep: true }
  const first = (await claimChunk(stalled, OWN_SCHEMA, token, claimant)).claim!
  assert.equal(first.previous ?? first.marked, undefined)
  const marks = [chunkMark(run, 't', first.no)]
  const work = inTransaction(stalled, async () => {
    await mark(stalled, marks)
    await stalled.query('SELECT pg_catalog.pg_sleep(30)')
  })
  work.catch(() => {})
  await bystander.query('BEGIN')
  while ((await markedBy(bystander, marks)).length === 0);
  const second = (await claimChunk(next, OWN_SCHEMA, token, claimant)).claim!
  assert.deepEqual([second.previous, second.marked], [undefined, true])
  for (const backend of await markedBy(next, marks)) await terminate(next, backend)
  await assert.rejects(work)
  assert.deepEqual(await markedBy(next, marks), [])
  await bystander.query('COMMIT')
  for (const client of [stalled, next, bystander]) await client.end().catch(() => {})
})

test('what the pool itself refuses is told in words of a pool', { skip }, async () => {
  const to = (database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href
  await assert.rejects(
    session(to('nowhere')),
    /"nowhere" does not exist.*Check database, role and the users of the pool/,
  )
  await assert.rejects(
    session(url, { PGOPTIONS: '-c statement_timeout=5s' }),
    /startup parameter: options.*ignore_startup_parameters/,
  )
})
