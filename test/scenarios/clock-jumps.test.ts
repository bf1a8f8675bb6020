import { after, test } from 'node:test'
import { startTestCluster } from './cluster.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, startWorld } from './harness.ts'

const world = await startWorld()
after(() => world.stop())

test('the clock of the worker jumps by hours and days, and it is killed in mid-copy', async t => {
  const scene = await world.scene(t)
  const { env, startWorker } = (await startTestCluster(t)).join(scene)
  const clock = { NODE_OPTIONS: `--import=${new URL('jumping-clock.ts', import.meta.url).href}` }
  const killed = startWorker(clock)
  const gate = await closeGate(scene.client, 'scan')
  const command = scene.full([], env)
  const before = await gate.arrival()
  await assertMidCopy(scene.client, 'scan')
  killed.kill('SIGKILL')
  const worker = startWorker(clock)
  await gate.arrival(before)
  await gate.open()
  const ended = await command.ended
  worker.kill('SIGTERM')
  await scene.assertEndsWell(ended)
})
