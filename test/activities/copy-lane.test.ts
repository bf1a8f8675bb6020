/** Lanes under orders: a pause, a throttle, a paused or skipped table takes hold within a chunk, and nothing is lost. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { copyChunks } from '../../activities/copy-chunks.ts'
import { Failure } from '../../model/failure.ts'
import { until } from '../scenarios/until.ts'
import { type LaneRun, type LaneWorld, ROWS, startLanes } from './lanes.ts'

let world: LaneWorld

before(async () => {
  world = await startLanes()
})

after(() => world?.stop())

const isPaused = (error: unknown) => error instanceof Failure && error.code === 'paused'
const done = async (run: LaneRun, table = 't') => (await run.chunks(table)).filter(c => c.done).length

async function assertWhole(run: LaneRun, table = 't'): Promise<void> {
  assert.deepEqual(
    await run.ids(table),
    Array.from({ length: ROWS }, (_, i) => i + 1),
  )
}

/** A throttled lane asks for newer orders while it waits for its turn, on a session of its own. */
const waiting = ({ client }: LaneRun) =>
  until('a lane that waits for its turn', async () => {
    const { rows } = await client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'longhaul watch'
          AND query LIKE '%rowsPerSecond%'`,
    )
    return rows.length > 0 || undefined
  })

/** The server needs a moment to see that the other side has gone. */
const noSession = (run: LaneRun) =>
  until('the end of all sessions', async () => (await run.sessions()) === 0 || undefined)

test('a pause ends lanes after the chunk at hand, closes every session, and a resume goes on', async () => {
  const run = await world.begin()
  const gate = await run.hold('t', 250)
  const lane = run.copy('t/0')
  await gate.arrival()
  await run.order({ paused: true }, 'paused')
  await gate.release()
  const { more, figures } = await lane
  assert.equal(more, true)
  assert.equal(await done(run), 3)
  assert.deepEqual(
    figures?.map(f => [f.name, f.written, f.chunks, f.chunksDone]),
    [['t', 300, 10, 3]],
  )
  await noSession(run)
  await assert.rejects(run.copy('t/0'), isPaused)
  await assert.rejects(run.copy('t/0', { sweep: true }), isPaused)
  await noSession(run)
  await run.order({})
  const rest = await run.copy('t/0')
  assert.deepEqual([rest.more, rest.total], [false, ROWS])
  await assertWhole(run)
})

test('a paused table is left for later, a skipped one is left alone, and others are copied', async () => {
  const run = await world.begin(['one', 'two', 'three'])
  await run.order({ pausedTables: ['one'], skippedTables: ['two'] })
  const first = await run.copy('g/0', { sweep: true })
  assert.equal(first.more, true)
  assert.deepEqual([await done(run, 'one'), await done(run, 'two'), await done(run, 'three')], [0, 0, 10])
  await run.order({ skippedTables: ['two'] })
  assert.equal((await run.copy('g/0', { sweep: true })).more, false)
  await assertWhole(run, 'one')
  assert.deepEqual(await run.ids('two'), [])
})

test('a throttled lane that is paused gives its chunk up, and other orders leave it at work', async () => {
  const run = await world.begin()
  await run.order({ rowsPerSecond: 1 })
  const paused = run.copy('t/0')
  await waiting(run)
  await run.order({ rowsPerSecond: 1, paused: true }, 'paused')
  const given = await paused
  assert.deepEqual([given.more, given.total], [true, 0])
  await noSession(run)

  await run.order({ rowsPerSecond: 1 })
  const eased = run.copy('t/0')
  await waiting(run)
  await run.order({})
  const { more } = await eased
  assert.equal(more, true)
  // Claimed twice: given up under the pause, and copied by the lane that was let go in its midst.
  assert.deepEqual((await run.chunks('t'))[0], { no: 1, done: true, epoch: '2', rows: 100 })
  await run.copy('t/0')
  await assertWhole(run)
})

test('a throttled lane that is cancelled, or loses its session, leaves nothing behind', async () => {
  const run = await world.begin()
  await run.order({ rowsPerSecond: 1 })
  const environment = new MockActivityEnvironment()
  const work = { home: run.home, host: 'here', log: pino({ level: 'silent' }) }
  const input = { place: run.place, tables: ['t'], owner: 't/0', sweep: false }
  const cancelled = assert.rejects(
    environment.run(() => copyChunks(work, input)),
    { name: 'CancelledFailure' },
  )
  await waiting(run)
  environment.cancel()
  await cancelled
  await noSession(run)

  const cut = assert.rejects(
    run.copy('t/0'),
    (error: unknown) => error instanceof Failure && error.code === 'unavailable',
  )
  await waiting(run)
  await run.client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`,
    [`longhaul ${run.place.run}`],
  )
  await cut
  await noSession(run)
  assert.deepEqual(await run.ids('t'), [])
})

test('all lanes together hold the limit', async () => {
  const run = await world.begin(['t'], 50)
  await run.order({ rowsPerSecond: 400 })
  const began = performance.now()
  const lanes = await Promise.all(['t/0', 't/1'].map(owner => run.copy(owner)))
  const seconds = (performance.now() - began) / 1000
  assert.deepEqual(
    lanes.map(({ more }) => more),
    [false, false],
  )
  // The first second's worth may be there at once.
  assert.ok(seconds >= (ROWS - 400) / 400, `1,000 rows at 400 rows/s took ${seconds.toFixed(1)} s`)
  await assertWhole(run)
})

test('what was claimed before a pause may be written after it, but not after another has taken over', async () => {
  const run = await world.begin()
  const gate = await run.hold('t', 50)
  const lane = run.copy('t/0')
  await gate.arrival()
  await run.order({ paused: true }, 'paused')
  await run.client.query('UPDATE longhaul.run SET epoch = epoch + 1')
  await gate.release()
  await assert.rejects(lane, (error: unknown) => error instanceof Failure && error.code === 'fenced')
  assert.deepEqual(await run.ids('t'), [])
})

test('rows are known by the transactions that wrote them', async () => {
  const run = await world.begin(['t'], 300)
  await run.client.query(`INSERT INTO public.t VALUES (5, 'of somebody else')`)
  await run.copy('t/0')
  const { rows } = await run.client.query(
    `SELECT count(*)::int AS ours FROM public.t AS t
      WHERE EXISTS (SELECT FROM longhaul.chunk WHERE t.xmin = ANY (written_by::xid[]))`,
  )
  assert.equal(rows[0].ours, ROWS)
})

/** The transactions that wrote rows of these tables. */
async function writers({ client }: LaneRun, tables: string[]): Promise<Set<string>> {
  const { rows } = await client.query(
    `SELECT DISTINCT written_by::text AS id FROM longhaul.chunk WHERE table_name = ANY ($1)`,
    [tables],
  )
  return new Set(rows.map(({ id }) => id))
}

test('small tables are written in one transaction, without those that orders hold', async () => {
  const run = await world.begin(['one', 'two', 'three', 'four'], ROWS)
  await run.order({ pausedTables: ['one'], skippedTables: ['two'] })
  assert.equal((await run.copy('g/0', { sweep: true })).more, true)
  assert.equal((await writers(run, ['three', 'four'])).size, 1)
  assert.deepEqual([await done(run, 'one'), await done(run, 'two')], [0, 0])
  for (const table of ['three', 'four']) await assertWhole(run, table)
  await run.order({})
  assert.equal((await run.copy('g/0', { sweep: true })).more, false)
  for (const table of ['one', 'two']) await assertWhole(run, table)
})

test('of small tables the one at fault is named, and those before it are written', async () => {
  const run = await world.begin(['one', 'two', 'three'], ROWS)
  await run.client.query('ALTER TABLE public.two ADD CONSTRAINT few CHECK (id < 500)')
  await assert.rejects(
    run.copy('g/0', { sweep: true }),
    (error: unknown) => error instanceof Failure && /two/.test(error.facts.object ?? ''),
  )
  await assertWhole(run, 'one')
  assert.deepEqual(await run.ids('two'), [])
  await run.client.query('ALTER TABLE public.two DROP CONSTRAINT few')
  assert.equal((await run.copy('g/0', { sweep: true })).more, false)
  for (const table of ['one', 'two', 'three']) await assertWhole(run, table)
})

test('small tables are written by nobody who was outdated meanwhile', async () => {
  const run = await world.begin(['one', 'two'], ROWS)
  const gate = await run.hold('two', 50)
  const lane = run.copy('g/0', { sweep: true })
  await gate.arrival()
  await run.client.query('UPDATE longhaul.run SET epoch = epoch + 1')
  await gate.release()
  await assert.rejects(lane, (error: unknown) => error instanceof Failure && error.code === 'fenced')
  assert.deepEqual([await run.ids('one'), await run.ids('two')], [[], []])
})

test('small tables under a limit are held back as others are', async () => {
  const run = await world.begin(['one', 'two'], ROWS)
  await run.order({ rowsPerSecond: 1000 })
  assert.equal((await run.copy('g/0', { sweep: true })).more, false)
  assert.equal((await writers(run, ['one', 'two'])).size, 2)
  for (const table of ['one', 'two']) await assertWhole(run, table)
})

test('a lane that is alone cuts its tables itself', async () => {
  const run = await world.begin(['one', 'two'], 300)
  await run.client.query('DELETE FROM longhaul.chunk')
  await run.client.query('UPDATE longhaul.table_run SET chunked = false')
  const input = { place: run.place, tables: ['one', 'two'], owner: 'g/0', sweep: true, cut: true }
  const { more, total } = await run.act(copyChunks, input)
  assert.deepEqual([more, total, (await run.chunks('one')).length], [false, 2 * ROWS, 4])
  for (const table of ['one', 'two']) await assertWhole(run, table)
})
