import { after, test } from 'node:test'
import { closeGate } from './gate.ts'
import { assertMidCopy, session, startWorld, stopwatch } from './harness.ts'
import { runLog } from './run-log.ts'
import { until } from './until.ts'

const world = await startWorld({ settings: { fsync: 'on' } })
after(() => world.stop())

test('the target crashes in mid-copy and comes back: the run goes on by itself', async t => {
  const scene = await world.scene(t)
  const [parcel, scan] = [await closeGate(scene.client, 'parcel'), await closeGate(scene.client, 'scan')]
  const command = scene.full()
  await parcel.arrival()
  await scan.arrival()
  await assertMidCopy(scene.client, 'parcel')
  await assertMidCopy(scene.client, 'scan')
  // The gates end with the session that holds them.
  await world.cluster.crash()
  await world.cluster.start()
  scene.client = await session(t, scene.url)
  const goesOn = stopwatch(t, 'from the server being back to a session of the run')
  await until('a session of the run', async () => {
    const { rows } = await scene.client.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name ~ '^longhaul [0-9a-f]'`,
    )
    return rows[0]
  })
  goesOn()
  await scene.assertEndsWell(await command.ended)
})

test('the target is away for a while while indexes are built: the run waits for it', async t => {
  const scene = await world.scene(t)
  const gate = await closeGate(scene.client, 'index')
  const command = scene.full()
  await gate.arrival()
  await world.cluster.crash()
  await until('the run has noticed', () =>
    runLog(scene.home).some(line => line.msg === 'failed') ? true : undefined,
  )
  await world.cluster.start()
  scene.client = await session(t, scene.url)
  await scene.assertEndsWell(await command.ended)
})
