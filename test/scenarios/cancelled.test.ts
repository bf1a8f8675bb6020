import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import Database from 'better-sqlite3'
import { spawnCli } from './cli.ts'
import { longAfter, startTestCluster } from './cluster.ts'
import { closeGate, type Where } from './gate.ts'
import { runs, type Scene, startWorld } from './harness.ts'
import { assertNothingLeft, halfMade } from './leftovers.ts'
import { shortLanes } from './short-lanes.ts'
import { until } from './until.ts'

const world = await startWorld()
after(() => world.stop())

/** Holds the run at a place; gives what lets it go. */
type Hold = (scene: Scene) => Promise<{ arrival: () => Promise<unknown>; release: () => Promise<void> }>

function gate(where: Where): Hold {
  return async ({ client }) => {
    const { arrival, open } = await closeGate(client, where)
    return { arrival: () => arrival(), release: open }
  }
}

/** By the lock of a table that nothing before this step needs any more. */
function lock(table: string): Hold {
  return async ({ client }) => {
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
    const arrival = () =>
      until(`a session waiting for ${table}`, async () => {
        const { rows } = await client.query(
          'SELECT pid FROM pg_locks WHERE relation = to_regclass($1) AND NOT granted',
          [table],
        )
        return rows[0]
      })
    return { arrival, release: async () => void (await client.query('ROLLBACK')) }
  }
}

const STEPS: Record<string, Hold> = {
  preflight: async scene => {
    const writer = new Database(scene.source)
    writer.exec('BEGIN EXCLUSIVE')
    return {
      arrival: () =>
        until('a snapshot under way', () => halfMade(scene.home).find(name => name.includes('.snapshot-'))),
      release: async () => void writer.close(),
    }
  },
  backup: gate('ledger'),
  schema: gate('tables'),
  copy: gate('scan'),
  'indexes beside the copy': gate('index'),
  finish: gate('foreign key'),
  validate: lock('public.scan'),
}

suite('cancelled', { concurrency: 2 }, () => {
  test('cancelled at each step: nothing runs on, and the same command goes on from there', async t => {
    const scene = await world.scene(t)
    for (const [step, hold] of Object.entries(STEPS)) {
      const { arrival, release } = await hold(scene)
      const command = scene.full()
      await arrival()
      const cancelled = await scene.run(['cancel', scene.name])
      assert.equal(cancelled.status, 1, `${step}: ${cancelled.err}`)
      assert.match(cancelled.out, /The run was cancelled/, step)
      const ended = await command.ended
      assert.equal(ended.status, 1, `${step}: ${ended.err}`)
      await assertNothingLeft(scene.home, scene.client)
      await release()
    }

    const { arrival, release } = await lock('longhaul.quarantine')(scene)
    const command = scene.full()
    await arrival()
    const cancelling = scene.run(['cancel', scene.name])
    await release()
    // All is done but the report: the run may end before it hears of it, and both commands say the same.
    const [cancelled, ended] = [await cancelling, await command.ended]
    if (ended.status !== 0) assert.equal(cancelled.status, 1, cancelled.err)
    await scene.assertEndsWell(ended.status === 0 ? ended : await scene.full().ended)
    assert.equal((await runs(scene.client)).length, 1)
  })

  test('cancelled after the workflow of a table went on as new: it ends as well', async t => {
    const scene = await world.scene(t)
    const cluster = await startTestCluster(t, longAfter(20))
    const { env, startWorker } = cluster.join(scene)
    const working = startWorker(shortLanes(1))
    const held = await closeGate(scene.client, 'leg')
    const command = scene.full([], env)
    await held.arrival()
    const cancelled = await spawnCli(['cancel', scene.name], env).ended
    assert.equal(cancelled.status, 1, cancelled.err)
    await held.open()
    assert.equal((await command.ended).status, 1)
    working.kill('SIGTERM')
    await assertNothingLeft(scene.home, scene.client)
    const open = cluster.client.workflow.list({ query: 'ExecutionStatus = "Running"' })
    for await (const { workflowId } of open) assert.fail(`${workflowId} is open`)
  })
})
