/**
 * The answer to a COMMIT is lost: the transaction is in, and the worker does not know. Once for every COMMIT of a
 * run, statements that commit by themselves among them; the table without a key is the proof.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import { connect, readPlanFile, startMigration, waitFor } from '../../client/index.ts'
import { startPostgres } from '../support/postgres.ts'
import { PostgresProxy } from '../support/proxy.ts'
import { startStack } from '../support/temporal.ts'
import { makeSource } from './source.ts'
import { assertMigrated } from './verify.ts'

/** So many runs at once: each spends most of its time waiting for the second try. */
const SIDE_BY_SIDE = 6
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
makeSource(source, 0.02)
const planFile = join(stack.home, 'plan.yaml')
// Of one table a first chunk, one in the middle, and a last one.
writeFileSync(planFile, 'version: 1\nhow: { chunk_rows: 300, tables: 1, lanes: 1 }\n')
const file = readPlanFile(planFile)

test('the answer to the Nth COMMIT is lost, for every N of a run', async t => {
  const { commits } = await migrated(t)
  t.diagnostic(`a run without faults commits ${commits.length} times`)
  const explicit = commits.filter(sql => sql === 'COMMIT').length
  assert.ok(explicit > 10 && commits.length > explicit, `${explicit} of ${commits.length} are COMMITs`)
  const numbers = commits.map((_, i) => i + 1)
  const lane = async () => {
    for (let nth = numbers.shift(); nth !== undefined; nth = numbers.shift()) await migrated(t, nth)
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))
})

/** A run into a database of its own, in which the answer to the nth COMMIT is lost; gives what it committed. */
async function migrated(t: TestContext, nth?: number): Promise<{ commits: string[] }> {
  const url = await postgres.createDatabase()
  const proxy = await PostgresProxy.before(url)
  t.after(() => proxy.stop())
  const struck = nth === undefined ? undefined : proxy.strike({ at: 'answer', nth }, 'cut', WORKERS)
  const run = await startMigration(longhaul, {
    ...{ from: `sqlite:${source}`, to: proxy.url(url), file },
    id: `commit-${nth ?? 'none'}`,
  })
  const { result, failure } = await waitFor(longhaul, run)
  const what = nth === undefined ? 'without faults' : `commit ${nth}: ${(await struck!).sql}`
  assert.deepEqual([result.exit, failure], [0, undefined], what)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await assertMigrated(source, client)
  } catch (error) {
    throw new Error(what, { cause: error })
  } finally {
    await client.end()
  }
  await proxy.stop()
  return { commits: proxy.commits.filter(c => WORKERS.test(c.application)).map(c => c.sql ?? '') }
}
