import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { closeGate, type Gate } from './gate.ts'
import { assertMidCopy, runs, type Scene, startWorld, stopwatch } from './harness.ts'
import { until } from './until.ts'

const world = await startWorld()
after(() => world.stop())

/** `parcel` has an integer key, `leg` a composite one, `scan` none. The first two are copied side by side. */
const SIDE_BY_SIDE = [['parcel', 'leg'], ['scan']]

suite('killed in mid-copy', { concurrency: true }, () => {
  test('the command is killed in mid-copy of each table, and the same command goes on with the same run', async t => {
    const scene = await world.scene(t)
    const stations = await closeAll(scene)
    let command = scene.full()
    for (const station of stations) {
      await station.arrivals()
      command.kill()
      assert.equal((await command.ended).status, 'SIGKILL')
      command = scene.full()
      await station.open()
    }
    await scene.assertEndsWell(await command.ended)
    assert.equal((await runs(scene.client)).length, 1)
  })

  test('the worker is killed in mid-copy of each table, and the command goes on by itself', async t => {
    const scene = await world.scene(t)
    const stations = await closeAll(scene)
    const command = scene.full()
    for (const station of stations) {
      const before = await station.arrivals()
      scene.kill('worker')
      const goesOn = stopwatch(t, `${station.tables}: from the kill of the worker to work on the chunk again`)
      await station.arrivals(...before)
      goesOn()
      await station.open()
    }
    await scene.assertEndsWell(await command.ended)
  })

  test('the server is killed in mid-copy of each table, and the command goes on by itself', async t => {
    const scene = await world.scene(t)
    const stations = await closeAll(scene)
    const command = scene.full()
    for (const station of stations) {
      await station.arrivals()
      const before = scene.kill('server')
      const goesOn = stopwatch(t, `${station.tables}: from the kill of the server to the next one`)
      await until('another server', () => (scene.serverPid() !== before ? scene.serverPid() : undefined))
      goesOn()
      await station.open()
    }
    const ends = stopwatch(t, 'from the last of them to the end')
    const ended = await command.ended
    ends()
    await scene.assertEndsWell(ended)
  })

  test('everything is killed at once, as when the machine goes down, and the same command goes on', async t => {
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

  test('the worker is killed while a chunk is being committed', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'commit of scan')
    const command = scene.full()
    const before = await gate.arrival()
    await assertMidCopy(scene.client, 'scan')
    scene.kill('worker')
    await gate.arrival(before)
    await gate.open()
    await scene.assertEndsWell(await command.ended)
  })
})

interface Station {
  tables: string[]
  /** Waits until all of these tables are in mid-copy, in other sessions than those given. */
  arrivals(...others: number[]): Promise<number[]>
  open(): Promise<void>
}

async function closeAll({ client }: Scene): Promise<Station[]> {
  const stations = []
  for (const tables of SIDE_BY_SIDE) {
    const gates: Gate[] = []
    for (const table of tables) gates.push(await closeGate(client, table))
    stations.push({
      tables,
      arrivals: async (...others: number[]) => {
        const pids = []
        for (const gate of gates) pids.push(await gate.arrival(...others))
        for (const table of tables) await assertMidCopy(client, table)
        return pids
      },
      open: async () => {
        for (const gate of gates) await gate.open()
      },
    })
  }
  return stations
}
