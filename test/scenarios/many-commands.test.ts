import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { spawnCli } from './cli.ts'
import { closeGate } from './gate.ts'
import { runs, startWorld } from './harness.ts'
import { assertNothingLeft } from './leftovers.ts'
import { assertMigrated } from './verify.ts'

const world = await startWorld()
after(() => world.stop())

test('the same command twenty times at once is one run, and all end with it', async t => {
  const scene = await world.scene(t)
  // Held until all have joined: the last one starts later than a run of this size takes.
  const gate = await closeGate(scene.client, 'scan')
  const commands = Array.from({ length: 20 }, () => scene.full())
  await gate.arrival()
  await gate.open()
  for (const { ended } of commands) assert.equal((await ended).status, 0, (await ended).err)
  await scene.assertEndsWell(await commands[0]!.ended)
  assert.equal((await runs(scene.client)).length, 1)
})

test('two plans of different tables share a target; one of the same tables is refused, both ways', async t => {
  const scene = await world.scene(t)
  const words = ['full', '--from', `sqlite:${scene.source}`, '--to', scene.login]
  const gate = await closeGate(scene.client, 'scan')
  const one = spawnCli([...words, '--id', 'one', '--tables', 'parcel,leg'], scene.env)
  const two = spawnCli([...words, '--id', 'two', '--tables', 'scan'], scene.env)
  await gate.arrival()
  const other = await spawnCli([...words, '--id', 'other'], scene.env).ended
  assert.equal(other.status, 3, other.err)
  assert.match(other.out, /scan.*the target has this table already/)
  const same = await spawnCli([...words, '--id', 'same', '--tables', 'scan'], scene.env).ended
  assert.equal(same.status, 3, same.err)
  assert.match(same.out, /Run two .*is the same job, unfinished/)
  await gate.open()
  for (const { ended } of [one, two]) assert.equal((await ended).status, 0, (await ended).err)
  await assertMigrated(scene.source, scene.client)
  await assertNothingLeft(scene.home, scene.client)
  assert.deepEqual(
    (await runs(scene.client)).map(({ state }) => state),
    ['done', 'done'],
  )
})
