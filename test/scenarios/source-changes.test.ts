import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { after, suite, test } from 'node:test'
import Database from 'better-sqlite3'
import { closeGate } from './gate.ts'
import { assertMidCopy, runs, type Scene, startWorld } from './harness.ts'
import { assertNothingLeft, halfMade } from './leftovers.ts'
import { until } from './until.ts'
import { assertMigrated } from './verify.ts'

const world = await startWorld()
after(() => world.stop())

/** What an application does to its database while the migration goes on; nothing of it is in the snapshot. */
function write({ source }: Scene): void {
  const db = new Database(source)
  db.exec(`UPDATE parcel SET sender = 'somebody else'; DELETE FROM leg; DROP TABLE scan;
           CREATE TABLE later (id INTEGER PRIMARY KEY)`)
  db.close()
}

/** Another database under the same name, as after a restore. */
function replace({ source }: Scene): void {
  const other = `${source}.other`
  new Database(other).exec('CREATE TABLE other (id INTEGER PRIMARY KEY)').close()
  renameSync(other, source)
}

function lockOut({ source }: Scene): Database.Database {
  const db = new Database(source)
  db.exec('BEGIN EXCLUSIVE')
  return db
}

suite('the source changes', { concurrency: 2 }, () => {
  test('after the snapshot the source is written, locked, replaced and deleted: the run ends with the snapshot', async t => {
    const scene = await world.scene(t)
    const snapshot = `${scene.source}.then`
    copyFileSync(scene.source, snapshot)
    const [parcel, leg, scan] = [
      await closeGate(scene.client, 'parcel'),
      await closeGate(scene.client, 'leg'),
      await closeGate(scene.client, 'scan'),
    ]
    const command = scene.full()
    await parcel.arrival()
    write(scene)
    const writer = lockOut(scene)
    await parcel.open()
    await leg.arrival()
    writer.close()
    replace(scene)
    await leg.open()
    await scan.arrival()
    rmSync(scene.source)
    await scan.open()
    const ended = await command.ended
    assert.equal(ended.status, 0, ended.err)
    await assertMigrated(snapshot, scene.client)
    await assertNothingLeft(scene.home, scene.client)
  })

  test('a run that was killed goes on from its snapshot, and its report says that the source has changed', async t => {
    const scene = await world.scene(t)
    const snapshot = `${scene.source}.then`
    copyFileSync(scene.source, snapshot)
    const gate = await closeGate(scene.client, 'scan')
    const killed = scene.full()
    await gate.arrival()
    await assertMidCopy(scene.client, 'scan')
    killed.kill()
    await killed.ended
    write(scene)
    await gate.open()
    const ended = await scene.full().ended
    assert.equal(ended.status, 0, ended.err)
    const report = readFileSync(/Report: +(\S+)/.exec(ended.out)![1]!, 'utf8')
    assert.match(report, /Snapshot of the source: .*the source has changed since then/)
    await assertMigrated(snapshot, scene.client)
    assert.equal((await runs(scene.client)).length, 1)
  })

  test('a cancelled run goes on where the source was changed or deleted, and not where it is another file', async t => {
    const scene = await world.scene(t)
    const snapshot = `${scene.source}.then`
    copyFileSync(scene.source, snapshot)
    await cancelledInCopy(scene)
    const [run] = await runs(scene.client)
    write(scene)
    assert.match(
      await cancelledInCopy(scene),
      /going on with the unfinished run and its snapshot of .*; the source has changed since then/,
    )

    replace(scene)
    const refused = await scene.full().ended
    assert.equal(refused.status, 3, refused.err)
    assert.match(refused.out, /unfinished, and was begun with another file at/)
    assert.ok(refused.out.includes(run!.id))

    rmSync(scene.source)
    const ended = await scene.full().ended
    assert.equal(ended.status, 0, ended.err)
    assert.match(ended.err, /going on with the unfinished run .*; the source is gone/)
    await assertMigrated(snapshot, scene.client)
    assert.deepEqual(await runs(scene.client), [{ id: run!.id, state: 'done' }])
  })

  /** Gives what the command said. */
  async function cancelledInCopy(scene: Scene): Promise<string> {
    const gate = await closeGate(scene.client, 'scan')
    const command = scene.full()
    await gate.arrival()
    await scene.run(['cancel', scene.name])
    await gate.open()
    return (await command.ended).err
  }

  test('before the snapshot: locked for too long, deleted while locked: refused in words, nothing touched', async t => {
    const scene = await world.scene(t)
    const writer = lockOut(scene)
    const locked = await scene.full(['--busy-timeout', '0.5']).ended
    assert.equal(locked.status, 3, locked.err)
    assert.match(locked.out, /locked/)

    const command = scene.full()
    await until('a snapshot under way', () => halfMade(scene.home)[0])
    rmSync(scene.source)
    writer.close()
    const gone = await command.ended
    assert.equal(gone.status, 3, gone.err)
    assert.match(gone.out, /no such file/)
    assert.match(gone.out, /Nothing was written to the target/)
    const { rows } = await scene.client.query(`SELECT to_regnamespace('longhaul') AS ledger`)
    assert.equal(rows[0].ledger, null)
    await assertNothingLeft(scene.home, scene.client)
  })
})
