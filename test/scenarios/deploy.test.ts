import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { startTestCluster } from './cluster.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, startWorld } from './harness.ts'
import { runLog } from './run-log.ts'

const world = await startWorld()
after(() => world.stop())

test('the worker gets SIGTERM in mid-copy: it finishes what it has, no attempt is lost, another goes on', async t => {
  const scene = await world.scene(t)
  const { env, startWorker } = (await startTestCluster(t)).join(scene)
  const old = startWorker()
  const gate = await closeGate(scene.client, 'scan')
  const command = scene.full([], env)
  await gate.arrival()
  await assertMidCopy(scene.client, 'scan')
  old.kill('SIGTERM')
  const next = startWorker()
  await gate.open()
  const [code] = await once(old, 'exit')
  assert.equal(code, 0)
  const ended = await command.ended
  next.kill('SIGTERM')
  await once(next, 'exit')
  const lines = runLog(scene.home)
  assert.deepEqual(
    lines.filter(({ attempt, msg }) => attempt !== 1 || msg === 'failed'),
    [],
  )
  assert.ok(lines.some(({ activity }) => activity === 'copyChunks'))
  await scene.assertEndsWell(ended)
})
