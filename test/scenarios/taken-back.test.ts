import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { Client, Connection } from '@temporalio/client'
import { readStack } from '../../home/stack.ts'
import { closeGate } from './gate.ts'
import { assertMidCopy, runs, type Scene, startWorld } from './harness.ts'
import { assertNothingLeft } from './leftovers.ts'
import { dump } from './pg-dump.ts'

const world = await startWorld()
after(() => world.stop())

/** What stands in the target before, and has to stand there after. */
const BEFORE = `
  CREATE TABLE public.bystander (id int PRIMARY KEY, note text);
  INSERT INTO public.bystander VALUES (1, 'was here'), (2, NULL);`

async function prepared(scene: Scene): Promise<string> {
  await scene.client.query(BEFORE)
  return dump(world, scene)
}

suite('taken back', { concurrency: 2 }, () => {
  test('a copy that fails for good is taken back where the user chose that', async t => {
    const scene = await world.scene(t)
    const before = await prepared(scene)
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full(['--on-failure', 'rollback'])
    await gate.arrival()
    await assertMidCopy(scene.client, 'leg')
    await scene.client.query(`REVOKE INSERT ON public.parcel, public.leg, public.scan FROM ${scene.role}`)
    await gate.open()
    const ended = await command.ended
    assert.equal(ended.status, 1, ended.err)
    assert.match(ended.out, /taken back/)
    assert.equal(dump(world, scene), before)
    await assertNothingLeft(scene.home, scene.client)
  })

  test('a table that somebody dropped in mid-run is no obstacle to taking the rest back', async t => {
    const scene = await world.scene(t)
    const before = await prepared(scene)
    const gate = await closeGate(scene.client, 'scan')
    const command = scene.full(['--on-failure', 'rollback'])
    await gate.arrival()
    await scene.client.query(`
      SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'public.scan'::regclass;
      DROP TABLE public.scan`)
    await gate.open()
    const ended = await command.ended
    assert.equal(ended.status, 1, ended.err)
    assert.match(ended.out, /taken back/)
    assert.equal(dump(world, scene), before)
    await assertNothingLeft(scene.home, scene.client)
  })

  test('an undo that fails waits for somebody, is not gone on with as a copy, and ends once the cause is gone', async t => {
    const scene = await world.scene(t)
    const words = ['--on-failure', 'rollback']
    const before = await prepared(scene)
    const gate = await closeGate(scene.client, 'scan')
    const command = scene.full(words)
    await gate.arrival()
    await scene.client.query(`REVOKE INSERT ON public.scan FROM ${scene.role}`)
    await scene.client.query('CREATE VIEW public.theirs AS SELECT id FROM public.parcel')
    await gate.open()
    const ended = await command.ended
    assert.equal(ended.status, 6, ended.err)
    assert.match(ended.out, /table "public.parcel": could not take it back: view public.theirs depends on it/)
    assert.match(ended.out, /longhaul rollback/)

    const still = await scene.run(['rollback', scene.name, '--yes'])
    assert.equal(still.status, 3, still.err)
    assert.match(still.err, /view public.theirs depends on table public.parcel/)

    await scene.client.query('DROP VIEW public.theirs')
    const back = await scene.run(['rollback', scene.name, '--yes'])
    assert.equal(back.status, 0, back.err)
    assert.equal(dump(world, scene), before)
    await assertNothingLeft(scene.home, scene.client)
  })

  test('a failed run is kept by default, and goes on once the cause is gone', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full()
    await gate.arrival()
    await scene.client.query(`REVOKE INSERT ON public.leg FROM ${scene.role}`)
    await gate.open()
    const ended = await command.ended
    assert.equal(ended.status, 6, ended.err)
    assert.match(ended.out, /permission denied.*longhaul retry/s)
    const [waiting] = await runs(scene.client)
    assert.equal(waiting!.state, 'waiting')

    await scene.client.query(`GRANT INSERT ON public.leg TO ${scene.role}`)
    await scene.assertEndsWell(await scene.full().ended)
    assert.deepEqual(await runs(scene.client), [{ id: waiting!.id, state: 'done' }])
  })

  test('a rollback that is refused leaves a running run running', async t => {
    const scene = await world.scene(t)
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full()
    await gate.arrival()
    await scene.client.query('CREATE VIEW public.theirs AS SELECT id FROM public.parcel')
    const standing = () =>
      scene.client.query('SELECT state, epoch::text FROM longhaul.run').then(({ rows }) => rows)
    const stood = await standing()
    const back = await scene.run(['rollback', scene.name, '--yes'])
    assert.equal(back.status, 3, back.err)
    assert.match(back.err, /view public.theirs depends on table public.parcel.*Nothing was changed\./s)
    assert.deepEqual(await standing(), stood)
    await scene.client.query('DROP VIEW public.theirs')
    await gate.open()
    await scene.assertEndsWell(await command.ended)
  })

  test('a finished run is taken back by its name', async t => {
    const scene = await world.scene(t)
    const before = await prepared(scene)
    const ended = await scene.full().ended
    assert.equal(ended.status, 0, ended.err)
    const back = await scene.run(['rollback', scene.name, '--yes'])
    assert.equal(back.status, 0, back.err)
    assert.equal(dump(world, scene), before)
    await assertNothingLeft(scene.home, scene.client)
  })

  test('a run whose workflow was terminated in mid-copy is taken back by its name', async t => {
    const scene = await world.scene(t)
    const before = await prepared(scene)
    const gate = await closeGate(scene.client, 'leg')
    const command = scene.full()
    await gate.arrival()
    await assertMidCopy(scene.client, 'leg')
    await terminate(scene)
    const back = scene.run(['rollback', scene.name, '--yes'])
    assert.equal((await command.ended).status, 1)
    const { status, err } = await back
    assert.equal(status, 0, err)
    await gate.open()
    assert.equal(dump(world, scene), before)
    await assertNothingLeft(scene.home, scene.client)
  })
})

async function terminate({ home, name }: Scene): Promise<void> {
  const connection = await Connection.connect({ address: readStack(home)!.address })
  try {
    await new Client({ connection }).workflow.getHandle(`longhaul/${name}`).terminate('by a scenario')
  } finally {
    await connection.close()
  }
}
