import { after, test } from 'node:test'
import { closeGate } from './gate.ts'
import { assertMidCopy, startWorld } from './harness.ts'

const world = await startWorld()
after(() => world.stop())

test('the clock of the worker jumps by hours and days, and it is killed in mid-copy', async t => {
  const scene = await world.scene(t)
  const gate = await closeGate(scene.client, 'scan')
  const clock = new URL('jumping-clock.ts', import.meta.url).href
  const command = scene.full([], { ...scene.env, NODE_OPTIONS: `--import=${clock}` })
  const before = await gate.arrival()
  await assertMidCopy(scene.client, 'scan')
  scene.kill('worker')
  await gate.arrival(before)
  await gate.open()
  await scene.assertEndsWell(await command.ended)
})
