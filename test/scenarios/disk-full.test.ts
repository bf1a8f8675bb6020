import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Command } from './cli.ts'
import { closeGate } from './gate.ts'
import { chunks, runs, type Scene, startWorld } from './harness.ts'
import { assertNothingLeft, halfMade } from './leftovers.ts'
import { type SmallDisk, smallDisk } from './small-disk.ts'
import { until } from './until.ts'

const world = await startWorld()
after(() => world.stop())

suite('disks fill up', { concurrency: true }, () => {
  test('the target has room for a part, then for more, then for all: the run waits and goes on', async t => {
    const scene = await world.scene(t)
    const disk = await tablespace(t, scene, 6)
    if (!disk) return
    const command = scene.full()
    let before = 0
    for (const size of [10, 100]) {
      await says(command, /waiting for .*No space left on device.*Free disk space/, before)
      before = command.said().length
      assert.equal((await runs(scene.client))[0]?.state, 'running')
      disk.resize(size)
    }
    await scene.assertEndsWell(await command.ended)
    assert.equal((await runs(scene.client)).length, 1)
  })

  test('no room for the snapshot: refused with the sizes, and the same command goes on once there is', async t => {
    const scene = await world.scene(t)
    const disk = artifactDisk(t, scene, 4)
    if (!disk) return
    const ended = await scene.full().ended
    assert.equal(ended.status, 3, ended.err)
    assert.match(ended.out, /the snapshot needs .* MiB.*Free some room/s)
    assert.match(ended.out, /Nothing was written to the target/)
    assertWhole(scene)
    await assertNothingLeft(scene.home, scene.client)
    disk.resize(100)
    await scene.assertEndsWell(await scene.full().ended)
  })

  test('the artifact folder fills up in mid-copy: what has to be noted there waits for room, the copy does not', async t => {
    const scene = await world.scene(t)
    const disk = artifactDisk(t, scene, 100)
    if (!disk) return
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full()
    await gate.arrival()
    disk.fill()
    await gate.open()
    await says(command, /waiting for compareSchema.*its disk is full.*Free some room/)
    assertWhole(scene)
    const { done, all } = await chunks(scene.client, 'leg')
    assert.equal(done, all)
    disk.makeRoom()
    await scene.assertEndsWell(await command.ended)
    assertWhole(scene)
  })
})

/** A disk of its own for everything that the run makes in the target, also its ledger. */
async function tablespace(t: TestContext, { client, role }: Scene, mebibytes: number) {
  const { rows } = await client.query('SHOW data_directory')
  const disk = smallDisk(t, mebibytes, statSync(rows[0].data_directory).uid)
  if (!disk) return undefined
  await client.query(`CREATE TABLESPACE small LOCATION '${disk.path}'`)
  await client.query(
    `GRANT CREATE ON TABLESPACE small TO ${role}; ALTER ROLE ${role} SET default_tablespace = small`,
  )
  return disk
}

/** A disk of its own for the artifacts of the scene's runs. */
function artifactDisk(t: TestContext, { home }: Scene, mebibytes: number): SmallDisk | undefined {
  const disk = smallDisk(t, mebibytes)
  if (disk) symlinkSync(disk.path, join(home, 'runs'))
  return disk
}

const says = (command: Command, what: RegExp, after = 0): Promise<true> =>
  until(`the command says ${what}`, () => (what.test(command.said().slice(after)) ? true : undefined))

/** Whatever stands in the folders of runs under its final name is whole. */
function assertWhole({ home }: Scene): void {
  const folder = join(home, 'runs')
  assert.deepEqual(halfMade(home), [])
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (name.endsWith('.json')) JSON.parse(readFileSync(path, 'utf8'))
    if (!name.endsWith('.db')) continue
    const db = new Database(path, { readonly: true })
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', name)
    db.close()
  }
}
