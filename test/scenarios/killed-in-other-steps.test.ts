import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import Database from 'better-sqlite3'
import { closeGate } from './gate.ts'
import { type Scene, session, startWorld, stopwatch } from './harness.ts'
import { halfMade } from './leftovers.ts'
import { runLog } from './run-log.ts'
import { until } from './until.ts'

const world = await startWorld()
after(() => world.stop())

suite('the worker is killed in other steps', { concurrency: true }, () => {
  test('the worker is killed while it takes the snapshot', async t => {
    const scene = await world.scene(t)
    const writer = new Database(scene.source)
    t.after(() => writer.close())
    writer.exec('BEGIN EXCLUSIVE')
    const command = scene.full()
    await until('a snapshot under way', () => halfMade(scene.home).find(name => name.includes('.snapshot-')))
    scene.kill('worker')
    const goesOn = stopwatch(t, 'from the kill to the next attempt at the snapshot')
    await begun(scene, 'takeSnapshot', 2)
    goesOn()
    writer.exec('ROLLBACK')
    await scene.assertEndsWell(await command.ended)
  })

  test('the worker is killed while an index is built', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'index')
    const command = scene.full()
    const before = await gate.arrival()
    scene.kill('worker')
    const goesOn = stopwatch(t, 'from the kill to the next attempt at the index')
    await gate.arrival(before)
    goesOn()
    await gate.open()
    await scene.assertEndsWell(await command.ended)
  })

  test('the worker is killed while rows are compared', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'foreign key')
    const command = scene.full()
    await gate.arrival()
    // Nobody reads this table any more before validation does.
    const holder = await session(t, scene.url)
    await holder.query('BEGIN; LOCK TABLE public.scan IN ACCESS EXCLUSIVE MODE')
    await gate.open()
    const before = await waitingFor(scene, 'scan')
    scene.kill('worker')
    const goesOn = stopwatch(t, 'from the kill to reading the table again')
    await waitingFor(scene, 'scan', before)
    goesOn()
    await holder.query('ROLLBACK')
    await scene.assertEndsWell(await command.ended)
    assert.ok(!existsSync(join(scene.home, 'stack.json')))
  })
})

/** Waits until an activity of the run has begun for the nth time. */
const begun = (scene: Scene, activity: string, times: number): Promise<true> =>
  until(`${activity} begins, time ${times}`, () => {
    const lines = runLog(scene.home).filter(line => line.activity === activity && line.msg === 'begins')
    return lines.length >= times ? true : undefined
  })

/** Waits until a session of the run, other than the one given, waits for a lock on a table. */
const waitingFor = ({ client }: Scene, table: string, other = 0): Promise<number> =>
  until(`a session waiting for ${table}`, async () => {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE relation = to_regclass($1) AND NOT granted AND pid <> $2`,
      [`public.${table}`, other],
    )
    return rows[0]?.pid
  })
