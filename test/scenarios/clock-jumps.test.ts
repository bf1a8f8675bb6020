import { after, test } from 'node:test'
import { deploy } from './deployment.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, startWorld } from './harness.ts'

const world = await startWorld()
after(() => world.stop())

test('the clock of the worker jumps by hours and days, and it is killed in mid-copy', async t => {
  const scene = await world.scene(t)
  const cluster = await deploy(t, scene)
  const clock = { NODE_OPTIONS: `--import=${new URL('jumping-clock.ts', import.meta.url).href}` }
  const killed = cluster.worker(clock)
  const gate = await closeGate(scene.client, 'scan')
  const command = scene.full([], cluster.env)
  const before = await gate.arrival()
  await assertMidCopy(scene.client, 'scan')
  killed.kill('SIGKILL')
  const worker = cluster.worker(clock)
  await gate.arrival(before)
  await gate.open()
  const ended = await command.ended
  worker.kill('SIGTERM')
  await scene.assertEndsWell(ended)
})
