import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { closeGate } from './gate.ts'
import { assertMidCopy, runs, startWorld } from './harness.ts'
import { assertNothingLeft } from './leftovers.ts'
import { assertMigrated } from './verify.ts'

const world = await startWorld()
after(() => world.stop())

suite('two commands', { concurrency: 2 }, () => {
  test('the same command twice at once in one home is one run, and both end with it', async t => {
    const scene = await world.scene(t)
    const commands = [scene.full(), scene.full()]
    const ends = await Promise.all(commands.map(({ ended }) => ended))
    for (const ended of ends) await scene.assertEndsWell(ended)
    assert.equal((await runs(scene.client)).length, 1)
  })

  test('from another home a run is adopted only when asked, and its first home then leaves it alone', async t => {
    const scene = await world.scene(t)
    const words = ['--on-failure', 'rollback']
    const gate = await closeGate(scene.client, 'scan')
    const command = scene.full(words)
    const before = await gate.arrival()
    await assertMidCopy(scene.client, 'scan')
    command.kill()
    scene.kill('worker')
    scene.kill('server')
    const [run] = await runs(scene.client)
    const other = scene.otherHome()

    const refused = await scene.full(words, other.env).ended
    assert.equal(refused.status, 3, refused.err)
    assert.ok((refused.out + refused.err).includes(run!.id), refused.out)
    assert.match(refused.out + refused.err, /--adopt/)

    const adopting = scene.full([...words, '--adopt'], other.env)
    await gate.arrival(before)
    const late = await scene.full(words).ended
    assert.equal(late.status, 1, late.err)
    assert.match(late.out, /taken over/)
    await gate.open()
    const adopted = await adopting.ended
    assert.equal(adopted.status, 0, adopted.err + adopted.out)
    assert.deepEqual(await runs(scene.client), [{ id: run!.id, state: 'done' }])
    await assertMigrated(scene.source, scene.client)
    await assertNothingLeft(other.home, scene.client)
    await assertNothingLeft(scene.home, scene.client)
  })
})
