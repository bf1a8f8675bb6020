import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { closeGate } from './gate.ts'
import { assertMidCopy, runs, startWorld } from './harness.ts'
import { assertMigrated } from './verify.ts'

const world = await startWorld()
after(() => world.stop())

suite('the target is made anew', { concurrency: 2 }, () => {
  test('the command is killed and the target made anew: the same command starts a new run', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full()
    await gate.arrival()
    await assertMidCopy(scene.client, 'leg')
    const [before] = await runs(scene.client)
    command.kill()
    await command.ended
    await scene.remakeTarget()
    await scene.assertEndsWell(await scene.full().ended)
    const [now, ...others] = await runs(scene.client)
    assert.deepEqual(others, [])
    assert.notEqual(now!.id, before!.id)
  })

  test('the target is made anew under a running command: it starts a new run, or says that the same command does', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full()
    await gate.arrival()
    await scene.remakeTarget()
    const ended = await command.ended
    if (ended.status !== 0) {
      assert.equal(ended.status, 1, ended.err)
      assert.match(ended.out + ended.err, /same command/)
    }
    await scene.assertEndsWell(ended.status === 0 ? ended : await scene.full().ended)
  })

  test('a finished run is not taken for done: refused where its tables are, run anew where they are not', async t => {
    const scene = await world.scene(t)
    await scene.assertEndsWell(await scene.full().ended)
    const [first] = await runs(scene.client)

    const again = await scene.full().ended
    assert.equal(again.status, 3, again.err)
    assert.match(again.out, /parcel.*the target has this table already/)
    await assertMigrated(scene.source, scene.client)
    assert.deepEqual(await runs(scene.client), [first])

    await scene.remakeTarget()
    await scene.assertEndsWell(await scene.full().ended)
    assert.notEqual((await runs(scene.client))[0]!.id, first!.id)
  })
})
