/** The snapshot of a PostgreSQL source, and what it outlives. */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import pg from 'pg'
import { pino } from 'pino'
import { readArtifact } from '../../../activities/artifacts.ts'
import { assess } from '../../../activities/from-postgres/assess.ts'
import { findHolders, releaseSnapshot } from '../../../activities/from-postgres/holder.ts'
import { withSource } from '../../../activities/from-postgres/session.ts'
import { takeSnapshot } from '../../../activities/from-postgres/take-snapshot.ts'
import { connectionUrl, saveConnection } from '../../../home/connections.ts'
import { isAlive, type ProcessMark } from '../../../home/process.ts'
import type { CarryRequest } from '../../../model/plan-request.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'

let postgres: ScratchPostgres
const home = mkdtempSync(join(tmpdir(), 'longhaul-source-'))

before(async () => {
  postgres = await startPostgres()
})
after(async () => {
  rmSync(home, { recursive: true, force: true })
  await postgres.stop()
})

/** A database with three rows, and a run that reads it. */
async function scene() {
  const url = new URL(await postgres.createDatabase())
  const writer = new pg.Client({ connectionString: url.href })
  await writer.connect()
  await writer.query('CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (2), (3)')
  const connection = `db-${randomUUID().slice(0, 8)}`
  saveConnection(connection, url.href, home)
  const run = randomUUID()
  const source = { kind: 'postgres', connection, schema: '*', host: 'here' } as const
  const work = { home, host: 'here', log: pino({ level: 'silent' }) }
  const as = <T>(activity: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(activity)
  return {
    run,
    writer,
    connection,
    holders: () => findHolders(home, run)!.holders,
    take: (busySeconds?: number) =>
      as(() => takeSnapshot(work, { run, source, ...(busySeconds !== undefined && { busySeconds }) })),
    assess: (tables?: string[]) =>
      as(() => assess(work, { run, request: { source, tables, exclude: [] } as unknown as CarryRequest })),
    count: () =>
      withSource(home, run, source, async client => {
        const { rows } = await client.query('SELECT count(*)::int AS n FROM public.t')
        return rows[0].n as number
      }),
    end: async () => {
      releaseSnapshot(home, run)
      await writer.end()
    },
  }
}

async function gone(mark: ProcessMark): Promise<void> {
  while (isAlive(mark)) await new Promise(resolve => setTimeout(resolve, 20))
}

async function kill(mark: ProcessMark): Promise<void> {
  process.kill(mark.pid, 'SIGKILL')
  await gone(mark)
}

async function taker(run: string, connection: string): Promise<ChildProcess> {
  const child = fork(new URL('./taker.ts', import.meta.url), [home, run, connection], { stdio: 'inherit' })
  await once(child, 'message')
  return child
}

test('A snapshot outlives the worker that took it, and its first holder; when both are gone that is said', async () => {
  const { run, connection, writer, holders, count, end } = await scene()
  const worker = await taker(run, connection)
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  await writer.query('INSERT INTO t VALUES (4)')
  assert.equal(await count(), 3)
  const [first, second] = holders()
  await kill(first!)
  await writer.query('DELETE FROM t')
  assert.equal(await count(), 3)
  await kill(second!)
  await assert.rejects(count(), { code: 'snapshot-lost' })
  await end()
})

test('An attempt after a finished one goes on with its snapshot', async () => {
  const { take, count, writer, holders, end } = await scene()
  await take()
  await writer.query('INSERT INTO t VALUES (4)')
  const [first] = holders()
  await take()
  assert.equal(holders()[0]!.pid, first!.pid)
  assert.equal(await count(), 3)
  await end()
})

test('What was let go is held no more, and its tables are free', async () => {
  const { run, take, count, writer, holders, end } = await scene()
  await take()
  const held = holders()
  releaseSnapshot(home, run)
  await assert.rejects(count(), { code: 'artifact' })
  await Promise.all(held.map(gone))
  await writer.query('SET lock_timeout = 20000; DROP TABLE t')
  await end()
})

test('While it is held no table can be emptied, and nobody waits behind one that tries', async () => {
  const { take, count, writer, end } = await scene()
  await take()
  await assert.rejects(writer.query("SET lock_timeout = '100ms'; TRUNCATE t"), { code: '55P03' })
  assert.equal(await count(), 3)
  await end()
})

test('A table that others keep locked is waited for so long, and no longer', async () => {
  const { take, writer, end } = await scene()
  await writer.query('BEGIN; LOCK TABLE t')
  await assert.rejects(take(0.2), { code: 'unavailable' })
  await writer.query('COMMIT')
  await take()
  await end()
})

test('The assessment counts the rows that the snapshot has, of the tables that are asked for', async () => {
  const { run, take, assess, writer, end } = await scene()
  await writer.query('CREATE TABLE large (id integer); INSERT INTO large SELECT generate_series(1, 7)')
  await take()
  await writer.query('INSERT INTO t VALUES (4); INSERT INTO large VALUES (8)')
  const { tables, rows } = await assess(['t'])
  assert.deepEqual({ tables, rows }, { tables: 1, rows: 3 })
  const origin = readArtifact(home, run, 'origin')
  assert.deepEqual(
    origin.tables.map(({ name, rows }) => [name, rows]),
    [
      ['large', 0],
      ['t', 3],
    ],
  )
  await end()
})

test('A table that the role may not read is refused by name, unless it is not asked for', async () => {
  const { take, assess, writer, connection, end } = await scene()
  const role = `reader_${randomUUID().slice(0, 8)}`
  await writer.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON t TO ${role};
                      CREATE TABLE closed (id integer)`)
  const url = new URL(connectionUrl(connection, home, {})!)
  url.username = role
  url.password = 'secret'
  saveConnection(connection, url.href, home)
  await take()
  await assert.rejects(assess(), { code: 'source', message: /table closed: the role may not read/ })
  assert.equal((await assess(['t'])).rows, 3)
  await end()
})
