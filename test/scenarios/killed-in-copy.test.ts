import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeGate, type Gate } from './gate.ts'
import { assertMidCopy, runs, type Scene, startWorld, stopwatch } from './harness.ts'
import { until } from './until.ts'

const world = await startWorld()
after(() => world.stop())

/** `parcel` has an integer key, `leg` a composite one, `scan` none. */
const TABLES = ['parcel', 'leg', 'scan'] as const

test('the command is killed in mid-copy of each table, and the same command goes on with the same run', async t => {
  const scene = await world.scene(t)
  const gates = await closeAll(scene)
  let command = scene.full()
  for (const { table, gate } of gates) {
    await gate.arrival()
    await assertMidCopy(scene.client, table)
    command.kill()
    assert.equal((await command.ended).status, 'SIGKILL')
    command = scene.full()
    await gate.open()
  }
  await scene.assertEndsWell(await command.ended)
  assert.equal((await runs(scene.client)).length, 1)
})

test('all of command, worker and server are killed in mid-copy, as when the machine goes down', async t => {
  const scene = await world.scene(t)
  const gate = await closeGate(scene.client, 'scan')
  const command = scene.full()
  const before = await gate.arrival()
  await assertMidCopy(scene.client, 'scan')
  command.kill()
  scene.kill('worker')
  scene.kill('server')
  const goesOn = stopwatch(t, 'from the kill of everything to work on the chunk again')
  const again = scene.full()
  await gate.arrival(before)
  goesOn()
  await gate.open()
  await scene.assertEndsWell(await again.ended)
  assert.equal((await runs(scene.client)).length, 1)
})

test('the worker is killed in mid-copy of each table, and the command goes on by itself', async t => {
  const scene = await world.scene(t)
  const gates = await closeAll(scene)
  const command = scene.full()
  for (const { table, gate } of gates) {
    const before = await gate.arrival()
    await assertMidCopy(scene.client, table)
    scene.kill('worker')
    const goesOn = stopwatch(t, `${table}: from the kill of the worker to work on the chunk again`)
    await gate.arrival(before)
    goesOn()
    await gate.open()
  }
  await scene.assertEndsWell(await command.ended)
})

test('the server is killed in mid-copy of each table, and the command goes on by itself', async t => {
  const scene = await world.scene(t)
  const gates = await closeAll(scene)
  const command = scene.full()
  for (const { table, gate } of gates) {
    await gate.arrival()
    await assertMidCopy(scene.client, table)
    const before = scene.kill('server')
    const goesOn = stopwatch(t, `${table}: from the kill of the server to the next one`)
    await until('another server', () => (scene.serverPid() !== before ? scene.serverPid() : undefined))
    goesOn()
    await gate.open()
  }
  const ends = stopwatch(t, 'from the last gate to the end')
  const ended = await command.ended
  ends()
  await scene.assertEndsWell(ended)
})

async function closeAll({ client }: Scene): Promise<{ table: string; gate: Gate }[]> {
  const gates = []
  for (const table of TABLES) gates.push({ table, gate: await closeGate(client, table) })
  return gates
}
