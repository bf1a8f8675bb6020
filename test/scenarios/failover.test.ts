/** The primary is killed in mid-copy, and its standby takes over: every row once, by one URL that names both. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startStandby } from '../support/postgres-cluster.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, chunks, type Scene, session, startWorld, stopwatch } from './harness.ts'
import { runLog } from './run-log.ts'
import { assertMigrated, lostAndDoubled } from './verify.ts'

/** As on a server of its own, so that its crash and its former self disturb nobody else. */
const world = () => startWorld({ settings: { max_wal_size: '1GB' } })

/** One URL for both, with the scene's role. */
function both(scene: Scene, standby: string): string {
  const { username, password, host, pathname } = new URL(scene.login)
  return `postgresql://${username}:${password}@${host},${new URL(standby).host}${pathname}?target_session_attrs=read-write`
}

const on = (server: string, scene: Scene) =>
  Object.assign(new URL(server), { pathname: new URL(scene.url).pathname }).href

test('a standby that is behind takes over: what it does not have is done again', async t => {
  const { cluster, scene: open, stop } = await world()
  t.after(stop)
  const scene = await open(t)
  const standby = await startStandby(cluster)
  t.after(standby.stop)
  const gate = await closeGate(scene.client, 'parcel')
  const command = scene.full(['--to', both(scene, standby.url)])
  await gate.arrival()
  await assertMidCopy(scene.client, 'parcel')
  // What is committed from here on never gets there: chunks, and a table with all its keys.
  const before = await chunks(scene.client, 'parcel')
  await standby.behind()
  await gate.open()
  const keys = await closeGate(scene.client, 'foreign key')
  await keys.arrival()
  const { rows: objects } = await scene.client.query(
    'SELECT count(*)::int AS made FROM longhaul.object WHERE done',
  )
  const heard = await chunks(scene.client, 'parcel')
  assert.ok(heard.done > before.done && heard.done === heard.all, 'the run has heard that all is copied')
  await cluster.kill()
  const goesOn = stopwatch(t, 'from the promotion to the foreign keys once more')
  await standby.promote()
  const client = await session(t, on(standby.url, scene))
  const left = await chunks(client, 'parcel')
  t.diagnostic(`chunks of parcel: ${heard.done} confirmed, ${left.done} left of them`)
  assert.ok(left.done < heard.done, 'some of it is lost')
  const again = await closeGate(client, 'foreign key')
  await again.arrival()
  goesOn()
  // The first one that the URL names, and it takes writes: nobody has told it.
  await cluster.start()
  const former = await session(t, scene.url)
  await again.open()
  const ended = await command.ended
  assert.equal(ended.status, 0, `${ended.err}\n${ended.out}`)
  for (const table of ['parcel', 'leg', 'scan'])
    assert.deepEqual(await lostAndDoubled(scene.source, client, table), { lost: 0, doubled: 0 }, table)
  await assertMigrated(scene.source, client)
  const { rows } = await former.query(
    `SELECT state, (SELECT count(*)::int FROM longhaul.object WHERE done) AS objects FROM longhaul.run`,
  )
  assert.deepEqual(rows, [{ state: 'running', objects: objects[0].made }], 'the former primary is as it was')
  assert.ok(runLog(scene.home).some(line => line.failure?.code === 'set-back'))
})
