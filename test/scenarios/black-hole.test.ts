/**
 * Connections to the target that lead nowhere any more: nobody cuts them, and no answer ever comes. The work on
 * them is given up after its heartbeats are missed, and what the server still holds does not stop the next attempt.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import { connect, readPlanFile, startMigration, waitFor } from '../../client/index.ts'
import { startPostgres } from '../support/postgres.ts'
import { type Moment, PostgresProxy } from '../support/proxy.ts'
import { startStack } from '../support/temporal.ts'
import { stopwatch } from './harness.ts'
import { runLog } from './run-log.ts'
import { makeSource } from './source.ts'
import { until } from './until.ts'
import { assertMigrated } from './verify.ts'

/** Sessions that work for a run; those that only look are none of them. */
const WORKERS = /^longhaul [0-9a-f]{8}-/

const postgres = await startPostgres({ own: true })
const stack = await startStack()
const longhaul = await connect({ env: stack.env })
after(async () => {
  await longhaul.release()
  await stack.stop()
  await postgres.stop()
})

const source = join(stack.home, 'source.db')
makeSource(source, 0.05)
const planFile = join(stack.home, 'plan.yaml')
writeFileSync(planFile, 'version: 1\nhow: { chunk_rows: 200, tables: 2, lanes: 1 }\n')
const file = readPlanFile(planFile)

/** A fault that is under way when the promise settles. */
type Fault = (proxy: PostgresProxy) => Promise<unknown>
const at =
  (moment: Moment): Fault =>
  proxy =>
    proxy.strike(moment, 'stall', WORKERS)

const FAULTS: Record<string, Fault> = {
  'in the midst of a COPY': at({ at: 'rows', bytes: 2000 }),
  'before a COMMIT of rows': at({ at: 'commit', nth: 20 }),
  'at the answer to a COMMIT of rows': at({ at: 'answer', nth: 25 }),
  'at the answer to the first statement that writes': at({ at: 'answer', nth: 1 }),
  'on all connections at once': async proxy => {
    await until('some rows are in', () => (proxy.commits.length > 15 ? true : undefined))
    proxy.strikeNow('stall')
  },
}

test('connections that lead nowhere are given up, and the run goes on by itself', async t => {
  await Promise.all(Object.entries(FAULTS).map(([name, fault]) => survives(t, name, fault)))
  // An attempt that waits for ever for its answer would keep a worker's hand for ever.
  await until('every attempt has ended', () => {
    const lines = runLog(stack.home)
    const count = (words: string[]) => lines.filter(({ msg }) => words.includes(msg)).length
    return count(['begins']) === count(['done', 'failed', 'held']) ? true : undefined
  })
})

async function survives(t: TestContext, name: string, fault: Fault): Promise<void> {
  const url = await postgres.createDatabase()
  const proxy = await PostgresProxy.before(url)
  t.after(() => proxy.stop())
  const struck = fault(proxy)
  const run = await startMigration(longhaul, {
    ...{ from: `sqlite:${source}`, to: proxy.url(url), file },
    id: name.toLowerCase().replaceAll(' ', '-'),
  })
  await struck
  const ended = stopwatch(t, `black hole ${name}: until the run has ended`)
  const { result, failure } = await waitFor(longhaul, run)
  ended()
  assert.deepEqual([result.exit, failure], [0, undefined], name)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await assertMigrated(source, client)
    await nobodyHolds(client)
  } finally {
    await client.end()
  }
}

/** Sessions that had claimed something are ended by whoever took over, though nobody hears of it. */
async function nobodyHolds(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT application_name, state, query FROM pg_stat_activity
      WHERE datname = current_database() AND application_name ~ '^longhaul [0-9a-f]{8}-'
        AND (state <> 'idle' OR xact_start IS NOT NULL)`,
  )
  assert.deepEqual(rows, [])
}
