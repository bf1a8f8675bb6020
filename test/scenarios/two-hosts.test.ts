/** Two hosts with a worker each, of which only one has the source's file: it leaves, and comes back. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import { surroundings } from '../../client/here.ts'
import { prepareRun } from '../../client/request.ts'
import { type MigrateInput, TASK_QUEUE, waitingForQuery, workflowId } from '../../workflows/messages.ts'
import { startPostgres } from '../support/postgres.ts'
import { spawnCli } from './cli.ts'
import { ended, startTestCluster, type TestCluster, type TestHost } from './cluster.ts'
import { makeSource } from './source.ts'
import { until } from './until.ts'
import { assertMigrated } from './verify.ts'

const postgres = await startPostgres({ own: true })
after(() => postgres.stop())

const NAME = 'parcels'
/** A host counts as away after so long; the default is more than a minute. */
const HOST_SECONDS = 3

test('the host with the file leaves and comes back: the run says that it waits for it, and goes on', async t => {
  const cluster = await startTestCluster(t)
  const url = await postgres.createDatabase()
  const [files, other] = [cluster.host('files-1'), cluster.host('other')]
  for (const { env } of [files, other]) env.LONGHAUL_CONNECTION_TARGET = url
  const source = join(files.home, 'parcels.db')
  makeSource(source, 0.05)
  const first = files.startWorker()
  const second = other.startWorker()
  await start(cluster, files, source)

  // At the gate nothing is under way, so leaving takes nothing with it.
  await until('the gate', async () => (await waiting(cluster)).find(({ kind }) => kind === 'gate'))
  first.kill('SIGTERM')
  await ended(first)
  const approved = await cli(other, ['approve', NAME, '--step', 'before-copy', '--by', 'test'])
  assert.equal(approved.status, 0, approved.err)

  const wait = await until('the wait for the host', async () =>
    (await waiting(cluster)).find(({ kind }) => kind === 'host'),
  )
  assert.equal(wait.host, 'files-1')
  assert.match(wait.text, /a worker on host files-1/)
  const shown = await cli(other, ['show', NAME])
  assert.match(shown.out, /State: +waiting/)
  assert.match(shown.out, /a worker on host files-1/)
  assert.match(await story(cluster), /files-1/)
  const client = await session(t, url)

  const back = files.startWorker()
  const { status, out, err } = await cli(other, ['watch', NAME])
  assert.equal(status, 0, out + err)
  await assertMigrated(source, client)
  for (const worker of [back, second]) {
    worker.kill('SIGTERM')
    await ended(worker)
  }
})

async function start({ client }: TestCluster, { env }: TestHost, source: string): Promise<void> {
  const options = { from: `sqlite:${source}`, to: 'target', id: NAME, gates: ['before-copy' as const] }
  const { request, requestHash, name, mode } = prepareRun(options, 'full', surroundings(() => {}, env).here)
  const run = randomUUID()
  const limits = { hostSeconds: HOST_SECONDS }
  const input: MigrateInput = { run, name, mode, request, requestHash, adopt: false, indexed: true, limits }
  await client.workflow.start('migrate', {
    workflowId: workflowId(NAME),
    taskQueue: TASK_QUEUE,
    args: [input],
    memo: { run, mode, requestHash, source, target: request.target, host: request.source.host },
  })
}

const waiting = ({ client }: TestCluster) =>
  client.workflow.getHandle(workflowId(NAME)).query(waitingForQuery)

/** What the Temporal UI shows as current details. */
async function story({ client }: TestCluster): Promise<string> {
  const handle = client.workflow.getHandle(workflowId(NAME))
  const { currentDetails } = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return currentDetails ?? ''
}

const cli = ({ env }: TestHost, words: string[]) => spawnCli(words, env).ended

async function session(t: TestContext, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  t.after(() => client.end())
  return client
}
