import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { EXIT } from '../../model/failure.ts'
import { temporalBinary } from '../../worker/temporal-binary.ts'
import { type Ended, spawnCli } from './cli.ts'
import { startTestCluster, type TestCluster, type TestHost } from './cluster.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, chunks, runs, type Scene, session, startWorld } from './harness.ts'
import { until } from './until.ts'

const world = await startWorld({ settings: { fsync: 'on' } })
after(() => world.stop())

test('paused, edited, failed, answered, while worker, server and PostgreSQL are killed and come back', async t => {
  const scene = await world.scene(t)
  const cluster = await startTestCluster(t)
  const host = cluster.join(scene)
  let worker = host.startWorker()
  const run = (...words: string[]) => succeeds(polled(words, host))
  const leg = await closeGate(scene.client, 'leg')
  await succeeds(scene.full(['--detach'], host.env).ended)
  await leg.arrival()
  await assertMidCopy(scene.client, 'leg')

  const pausing = run('pause', scene.name, '--by', 'ana', '--comment', 'backup window')
  await until('the ledger knows of the pause', async () =>
    (await runs(scene.client))[0]?.state === 'paused' ? true : undefined,
  )
  await leg.open()
  await pausing
  await assertMidCopy(scene.client, 'leg')
  const held = await chunks(scene.client, 'leg')
  await allClosed(scene)

  worker.kill('SIGKILL')
  cluster.killServer()
  await world.cluster.crash()
  await world.cluster.start()
  scene.client = await session(t, scene.url)
  worker = host.startWorker()
  await run('edit', scene.name, '--chunk-rows', '500')
  await allClosed(scene)
  assert.equal((await runs(scene.client))[0]?.state, 'paused')
  const cut = await chunks(scene.client, 'leg')
  assert.equal(cut.done, held.done)
  assert.ok(cut.all > held.all, `${cut.all} chunks`)

  const scan = await closeGate(scene.client, 'scan')
  await run('resume', scene.name)
  await scan.arrival()
  signal(cluster, await temporalBinary(), 'pause')
  await until('the ledger knows of the second pause', async () =>
    (await runs(scene.client))[0]?.state === 'paused' ? true : undefined,
  )
  await scan.open()
  await allClosed(scene)
  await assertMidCopy(scene.client, 'scan')
  await scene.client.query(`REVOKE INSERT ON public.scan FROM ${scene.role}`)
  signal(cluster, await temporalBinary(), 'resume')
  const waits = await polled(['watch', scene.name], host)
  assert.equal(waits.status, 6, waits.err)
  assert.match(waits.out, /longhaul retry parcels/)
  for (const table of ['parcel', 'leg']) {
    const { done, all } = await chunks(scene.client, table)
    assert.equal(done, all, table)
  }

  worker.kill('SIGKILL')
  cluster.killServer()
  await scene.client.query(`GRANT INSERT ON public.scan TO ${scene.role}`)
  worker = host.startWorker()
  await run('retry', scene.name, '--table', 'scan')
  const ended = await polled(['watch', scene.name], host)
  worker.kill('SIGTERM')
  await scene.assertEndsWell(ended)
  assert.equal((await runs(scene.client)).length, 1)
  const report = readFileSync(/Report: +(\S+)/.exec(ended.out)![1]!, 'utf8')
  assert.match(report, /\| pause \|.*\| ana \| backup window \|/)
  for (const order of ['edit', 'resume', 'retry']) assert.match(report, new RegExp(`\\| ${order} \\|`))
})

/** Runs a command; one that finds that no worker polls yet is given again. */
const polled = (words: string[], { env }: TestHost): Promise<Ended> =>
  until('a worker polls', async () => {
    const ended = await spawnCli(words, env).ended
    return ended.status === EXIT.noServer ? undefined : ended
  })

async function succeeds(command: Promise<Ended>): Promise<Ended> {
  const ended = await command
  assert.equal(ended.status, 0, `${ended.err}\n${ended.out}`)
  return ended
}

/**
 * The run has nothing open in the target, a moment after the pause holds: the server lists a session until its
 * process has ended. Commands that look are none of the run's.
 */
async function allClosed({ client }: Scene): Promise<void> {
  await until('the sessions of the run are closed', async () => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND application_name ~ '^longhaul ([0-9a-f]{8}-|watch)'`,
    )
    return rowCount === 0 ? true : undefined
  })
}

/** As any tool of Temporal's would. */
function signal({ address }: TestCluster, temporal: string, name: 'pause' | 'resume'): void {
  const words = [
    'workflow',
    'signal',
    '--workflow-id',
    'longhaul/parcels',
    '--name',
    name,
    '--address',
    address,
  ]
  execFileSync(temporal, words, { stdio: 'ignore' })
}
