/** What operators do with runs, as they type it: hold, steer, answer, look, with and without somebody at work. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { closeGate } from '../scenarios/gate.ts'
import { startWorld } from '../scenarios/harness.ts'
import { until } from '../scenarios/until.ts'
import { openWorld } from './world.ts'

const world = await openWorld()
const parcels = await startWorld()
after(parcels.stop)

const SONGS = `
  CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
  INSERT INTO song VALUES (1, 'Gute Nacht'), (2, 'Die Wetterfahne');
  CREATE TABLE singer (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  INSERT INTO singer VALUES (1, 'Schubert'), (2, 'Vogl'), (3, 'Fischer');`

/** Rows of one table are refused by the target for as long as a table of the test says so. */
const OBSTACLE = `
  CREATE SCHEMA obstacle;
  CREATE TABLE obstacle.stands (here int);
  INSERT INTO obstacle.stands VALUES (1);
  CREATE FUNCTION obstacle.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT FROM obstacle.stands) THEN RAISE EXCEPTION 'an obstacle' USING ERRCODE = 'P0001'; END IF;
    RETURN NEW;
  END $$;
  CREATE FUNCTION obstacle.put() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE made record; BEGIN
    FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.singer' LOOP
      CREATE TRIGGER obstacle BEFORE INSERT ON public.singer FOR EACH ROW EXECUTE FUNCTION obstacle.refuse();
    END LOOP;
  END $$;
  CREATE EVENT TRIGGER obstacle ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION obstacle.put();`

suite('orders and answers', { concurrency: 2 }, () => {
  test('gates: status 6 and the commands that answer, then the sign-offs in the report', async () => {
    const target = await world.target()
    const source = world.source(SONGS)
    const full = ['full', '--from', `sqlite:${source}`, '--to', target.url, '--id', 'gated']
    const gated = [...full, '--gate', 'before-copy', '--gate', 'before-cutover']
    const first = await world.run(gated)
    assert.equal(first.status, 6, first.all)
    assert.match(first.out, /Run gated waits for an approval at the gate before-copy/)
    assert.match(first.out, /longhaul approve gated --step before-copy --by NAME/)
    assert.deepEqual(await target.rows('SELECT count(*)::int FROM song'), [[0]])
    const wrong = await world.run(['approve', 'gated', '--step', 'before-cutover', '--by', 'ana'])
    assert.equal(wrong.status, 2, wrong.all)
    assert.match(wrong.err, /before-copy/)
    const approved = await world.run([
      'approve',
      'gated',
      '--step',
      'before-copy',
      '--by',
      'ana',
      '--comment',
      'plan | read',
    ])
    assert.equal(approved.status, 0, approved.all)
    const second = await world.run([...gated, '--json'])
    assert.equal(second.status, 6, second.all)
    const { waiting, result, answers } = JSON.parse(second.out)
    assert.deepEqual([waiting[0].kind, waiting[0].gate, result.exit], ['gate', 'before-cutover', 6])
    assert.match(answers[0].command, /^longhaul approve gated --step before-cutover/)
    const listed = JSON.parse((await world.run(['list', '--json'])).out)
    assert.equal(listed.find((run: { name: string }) => run.name === 'gated').state, 'waiting')
    await world.run(['approve', 'gated', '--step', 'before-cutover', '--by', 'ben'])
    const ended = await world.run(['watch', 'gated'])
    assert.equal(ended.status, 0, ended.all)
    assert.match(ended.out, /Sign-off: before-cutover approved by ben/)
    const { out: report } = await world.run(['report', 'gated'])
    assert.match(report, /- Gate before-copy: \*\*approved\*\* by ana, \S+Z: plan \\\| read/)
    assert.match(report, /- Verified by: ben/)
    assert.match(report, /\| approve \| before-cutover \| .*\| ben \|/)
    assert.match(report, /The way back, as prepared before the first write: /)
  })

  test('a gate that is rejected ends the run, and the report says who and why', async () => {
    const target = await world.target()
    const words = ['--from', `sqlite:${world.source(SONGS)}`, '--to', target.url, '--id', 'no']
    assert.equal(
      (await world.run(['full', ...words, '--gate', 'before-cutover', '--on-failure', 'rollback'])).status,
      6,
    )
    const no = await world.run([
      'reject',
      'no',
      '--step',
      'before-cutover',
      '--by',
      'ben',
      '--comment',
      'counts',
    ])
    assert.equal(no.status, 0, no.all)
    const ended = await world.run(['watch', 'no'])
    assert.equal(ended.status, 1, ended.all)
    assert.match(ended.all, /ben/)
    assert.match(
      (await world.run(['report', 'no'])).out,
      /- Gate before-cutover: \*\*rejected\*\* by ben, \S+: counts/,
    )
    assert.deepEqual(await target.rows(`SELECT to_regclass('song')::text`), [[null]])
  })

  test('a table that fails stops no other; retry after its cause is gone, or skip', async () => {
    const begin = async (id: string) => {
      const target = await world.target(OBSTACLE)
      const words = ['full', '--from', `sqlite:${world.source(SONGS)}`, '--to', target.url, '--id', id]
      const said = await world.run(words)
      assert.equal(said.status, 6, said.all)
      assert.match(said.out, new RegExp(`longhaul retry ${id} `))
      assert.match(said.out, new RegExp(`longhaul skip ${id} --table singer`))
      assert.deepEqual(await target.rows('SELECT count(*)::int FROM song'), [[2]])
      return { target, words }
    }
    const mended = await begin('mended')
    const again = await world.run(mended.words)
    assert.equal(again.status, 6, again.all)
    assert.match(again.err, /trying again/)
    await mended.target.rows('DELETE FROM obstacle.stands')
    const ended = await world.run(mended.words)
    assert.equal(ended.status, 0, ended.all)
    assert.deepEqual(await mended.target.rows('SELECT count(*)::int FROM singer'), [[3]])

    const skipped = await begin('skipped')
    const skip = await world.run([
      'skip',
      'skipped',
      '--table',
      'singer',
      '--by',
      'ana',
      '--comment',
      'comes later',
    ])
    assert.equal(skip.status, 0, skip.all)
    const without = await world.run(['watch', 'skipped'])
    assert.equal(without.status, 4, without.all)
    assert.match(without.out, /^singer .* left out /m)
    const { out: report } = await world.run(['report', 'skipped'])
    assert.match(report, /\*\*left out\*\* by an operator: table singer/)
    assert.match(report, /\| skip \| singer \| .*\| ana \| comes later \|/)
    assert.deepEqual(await skipped.target.rows(`SELECT to_regclass('singer')::text`), [[null]])
  })

  test('paused in mid-copy: it holds, is edited, lasts without any process, and goes on', async t => {
    const scene = await parcels.scene(t)
    const gate = await closeGate(scene.client, 'parcel')
    const rows = async () =>
      (await scene.client.query('SELECT count(*)::int AS n FROM public.parcel')).rows[0].n
    const full = scene.full(['--wait', '3600'])
    await gate.arrival()
    const early = await scene.run(['pause', scene.name, '--wait', '0', '--by', 'ana', '--comment', 'lunch'])
    assert.equal(early.status, 6, early.err)
    assert.match(early.out, /does not hold yet: .*copyChunks/)
    const twice = await scene.run(['pause', scene.name])
    assert.equal(twice.status, 2, twice.err)
    assert.match(twice.err, /paused already/)
    await gate.open()
    // An edit waits for the pause to hold.
    const edited = await scene.run(['edit', scene.name, '--chunk-rows', '1000', '--lanes', '1'])
    assert.equal(edited.status, 0, edited.err)
    const slow = await scene.run(['throttle', scene.name, '--rows-per-second', '1000000'])
    assert.equal(slow.status, 0, slow.err)
    const before = await rows()
    const again = await scene.full().ended
    assert.equal(again.status, 6, again.err)
    assert.match(again.out, new RegExp(`longhaul resume ${scene.name}`))
    full.kill()
    await until('no session of the run is left', async () => {
      const { rows } = await scene.client.query('SELECT FROM pg_stat_activity WHERE usename = $1', [
        scene.role,
      ])
      return rows.length === 0 || undefined
    })
    const status = JSON.parse(
      (await scene.run(['status', scene.name, '--postgres', scene.url, '--json'])).out,
    )
    assert.equal(status.orders.paused, true)
    assert.deepEqual(
      status.events.map((e: { kind: string; by?: string; comment?: string }) => [e.kind, e.by, e.comment]),
      [
        ['pause', 'ana', 'lunch'],
        ['edit', undefined, undefined],
        ['throttle', undefined, undefined],
      ],
    )
    const shown = await scene.run(['show', scene.name])
    assert.match(shown.out, /State: +paused/)
    assert.match(shown.out, /Orders: +paused, at most 1,000,000 rows\/s/)
    assert.match(shown.out, /pause by ana: lunch/)
    assert.match(shown.err, /Nothing works on run parcels once this command has ended/)
    assert.equal(await rows(), before, 'a paused run writes nothing, whoever looks at it')
    const resumed = await scene.run(['resume', scene.name])
    assert.equal(resumed.status, 0, resumed.err)
    assert.match(resumed.err, /Nothing works on run parcels once this command has ended/)
    const ended = await scene.full().ended
    await scene.assertEndsWell(ended)
    assert.match((await scene.run(['report', scene.name])).out, /\| edit \| {2}\| .*1000.* \|/)
  })
})

test('with no worker alive: show tells all of it from history and ledger, and says that nobody polls', async () => {
  const target = await world.target()
  const plan = join(world.folder, 'gates.yaml')
  writeFileSync(plan, 'version: 1\ngates: [before-cutover]\n')
  const words = [
    '--from',
    `sqlite:${world.source(SONGS)}`,
    '--to',
    target.url,
    '--plan',
    plan,
    '--id',
    'alone',
  ]
  assert.equal((await world.run(['full', ...words])).status, 6)
  assert.equal((await world.run(['throttle', 'alone', '--concurrency', '3', '--by', 'ana'])).status, 0)
  const env = { TEMPORAL_ADDRESS: world.stack.address }
  const before = JSON.parse((await world.run(['show', 'alone', '--json'], env)).out)
  world.stack.worker.kill('SIGKILL')
  try {
    // Each waits for an answer that does not come.
    const [said, document, order] = await Promise.all([
      world.run(['show', 'alone'], env),
      world.run(['show', 'alone', '--json'], env),
      world.run(['pause', 'alone', '--json'], env),
    ])
    assert.equal(said.status, 0, said.all)
    assert.match(said.err, /No worker is polling/)
    for (const words of [
      /State: +waiting/,
      /Waits: +for an approval at the gate before-cutover/,
      /longhaul approve alone --step before-cutover/,
      /Orders: +3 lanes/,
      /copy: done/,
      /^song +finished|^song +validated/m,
      /throttle \(.*\) by ana/,
    ])
      assert.match(said.out, words)
    const alone = JSON.parse(document.out)
    assert.deepEqual([before.answered, alone.answered], [true, false])
    assert.equal(alone.progress.state, before.progress.state)
    assert.deepEqual(alone.events, before.events)
    assert.deepEqual(alone.answers, before.answers)
    const states = (p: typeof before.progress) =>
      p.steps.map((s: { name: string; state: string }) => [s.name, s.state])
    assert.deepEqual(states(alone.progress), states(before.progress))
    assert.equal(order.status, 5, order.all)
    assert.equal(JSON.parse(order.out).error.code, 'no-server')
  } finally {
    await world.stack.startWorker()
  }
})
