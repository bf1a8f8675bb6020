import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeGate } from './gate.ts'
import { assertMidCopy, startWorld, stopwatch } from './harness.ts'

const world = await startWorld()
after(() => world.stop())

/** `parcel` has an integer key, `leg` a composite one, `scan` none. */
const TABLES = ['parcel', 'leg', 'scan'] as const

test('the command is killed in mid-copy of each table, and the same command goes on with the same run', async t => {
  const scene = await world.scene(t)
  const gates = []
  for (const table of TABLES) gates.push({ table, gate: await closeGate(scene.client, table) })
  let command = scene.full()
  const runs = new Set<string>()
  for (const { table, gate } of gates) {
    await gate.arrival()
    await assertMidCopy(scene.client, table)
    runs.add((await scene.client.query('SELECT id FROM longhaul.run')).rows.map(({ id }) => id).join())
    command.kill()
    assert.equal((await command.ended).status, 'SIGKILL')
    const goesOn = stopwatch(t, `${table}: from the kill of the command to work again`)
    command = scene.full()
    await gate.open()
    void goesOn
  }
  await scene.assertEndsWell(await command.ended)
  assert.equal(runs.size, 1)
})

for (const which of ['worker', 'server'] as const) {
  test(`the ${which} is killed in mid-copy of each table, and the command goes on by itself`, async t => {
    const scene = await world.scene(t)
    const gates = []
    for (const table of TABLES) gates.push({ table, gate: await closeGate(scene.client, table) })
    const command = scene.full()
    for (const { table, gate } of gates) {
      const before = await gate.arrival()
      await assertMidCopy(scene.client, table)
      scene.kill(which)
      const goesOn = stopwatch(t, `${table}: from the kill of the ${which} to work on the chunk again`)
      await gate.arrival(before)
      goesOn()
      await gate.open()
    }
    await scene.assertEndsWell(await command.ended)
  })
}
