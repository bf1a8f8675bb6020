/** The how of a paused run, changed: what is copied stays, the rest is cut anew, and every row arrives once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { applyEdit } from '../../activities/apply-edit.ts'
import { readArtifact } from '../../activities/artifacts.ts'
import { withTarget } from '../../activities/target.ts'
import { getRun } from '../../ledger/runs.ts'
import { OWN_SCHEMA } from '../../ledger/schema.ts'
import type { Edit } from '../../model/control.ts'
import { Failure, type FailureCode } from '../../model/failure.ts'
import type { Plan } from '../../model/plan.ts'
import { until } from '../scenarios/until.ts'
import { type LaneRun, type LaneWorld, ROWS, startLanes } from './lanes.ts'

let world: LaneWorld

before(async () => {
  world = await startLanes()
})

after(() => world?.stop())

const edit = ({ act, place }: LaneRun, change: Edit, revision = 2) =>
  act(applyEdit, { place, edit: change, revision })
const planOf = ({ act, place, home }: LaneRun): Promise<Plan> =>
  act((_work, at) => withTarget(home, at, async ({ plan }) => plan), place)
const hasCode = (code: FailureCode) => (error: unknown) => error instanceof Failure && error.code === code
const sizes = async (run: LaneRun, table = 't') =>
  (await run.chunks(table)).map(({ no, done, rows }) => (done ? `${no}: ${rows}` : `${no}: open`))

/** Pauses a lane in its third chunk of 100 rows. */
async function pausedAt300(tables = ['t']): Promise<LaneRun> {
  const run = await world.begin(tables)
  const gate = await run.hold('t', 250)
  const lane = run.copy('t/0', { tables: ['t'] })
  await gate.arrival()
  await run.order({ paused: true }, 'paused')
  await gate.release()
  await lane
  return run
}

test('larger chunks, then smaller ones: done ones stay, numbers go on, every row arrives once', async () => {
  const run = await pausedAt300(['t', 'untouched'])
  const before = await run.chunks('t')
  const summary = await edit(run, { chunkRows: 350, lanes: 3, tables: 5 })
  assert.deepEqual([summary.revision, summary.sideBySide, summary.how?.lanes], [2, 5, 3])
  const after = await run.chunks('t')
  assert.deepEqual(
    after.filter(c => c.done),
    before.filter(c => c.done),
  )
  assert.deepEqual(
    after.filter(c => !c.done).map(c => c.no),
    [11, 12],
  )
  await edit(run, { chunkRows: 200 }, 3)
  assert.deepEqual((await planOf(run)).how, { chunkRows: 200, chunkBytes: 1_000_000, tables: 5, lanes: 3 })
  assert.deepEqual(readArtifact(run.home, run.place.run, 'plan'), await planOf(run))
  await run.order({})
  await run.copy('t/0', { sweep: true })
  assert.deepEqual(await sizes(run), [
    ...['1: 100', '2: 100', '3: 100'],
    ...['13: 200', '14: 200', '15: 200', '16: 100'],
  ])
  for (const table of ['t', 'untouched'])
    assert.deepEqual(
      await run.ids(table),
      Array.from({ length: ROWS }, (_, i) => i + 1),
    )
})

test('gaps between done chunks are cut each for itself', async () => {
  const run = await world.begin()
  await run.copy('t/0')
  // As lanes that were killed leave it.
  await run.client.query('DELETE FROM public.t WHERE id BETWEEN 301 AND 500 OR id BETWEEN 701 AND 900')
  await run.client.query(
    `UPDATE longhaul.chunk SET done = false, rows_written = 0, owner = NULL WHERE no IN (4, 5, 8, 9)`,
  )
  await run.order({ paused: true }, 'paused')
  await edit(run, { chunkRows: 150 })
  await run.order({})
  await run.copy('t/9', { sweep: true })
  assert.deepEqual((await sizes(run)).slice(6), ['11: 150', '12: 50', '13: 150', '14: 50'])
  assert.equal(new Set(await run.ids('t')).size, ROWS)
  assert.equal((await run.ids('t')).length, ROWS)
})

test('policies change the hash of the plan, not what was asked for', async () => {
  const run = await pausedAt300()
  const chunks = await run.chunks('t')
  const before = (await getRun(run.client, OWN_SCHEMA, run.place.run))!
  const { hash } = await edit(run, { onError: [{ object: 'T.v', policy: 'quarantine' }] })
  const after = (await getRun(run.client, OWN_SCHEMA, run.place.run))!
  assert.deepEqual([after.planHash, after.requestHash], [hash, before.requestHash])
  assert.notEqual(hash, before.planHash)
  assert.deepEqual(await run.chunks('t'), chunks)
  const [id, v] = (await planOf(run)).what.tables[0]!.columns
  assert.deepEqual([id?.onError, v?.onError], [undefined, { policy: 'quarantine' }])
  const stopped = await edit(run, { onError: [{ object: 't', policy: 'stop' }] }, 3)
  assert.equal((await planOf(run)).what.tables[0]!.columns[1]!.onError, undefined)
  assert.notEqual(stopped.hash, hash)
})

test('an edit is made once, however often it is tried', async () => {
  const run = await pausedAt300()
  const first = await edit(run, { chunkRows: 50 })
  const chunks = await run.chunks('t')
  assert.deepEqual(await edit(run, { chunkRows: 50 }), first)
  assert.deepEqual(await run.chunks('t'), chunks)
})

test('what the plan does not have is named, and a run that goes on is left as it is', async () => {
  const run = await pausedAt300()
  const chunks = await run.chunks('t')
  await assert.rejects(
    edit(run, { chunkRows: 5, onError: ['u', 't.w'].map(object => ({ object, policy: 'stop' })) }),
    (error: unknown) => hasCode('usage')(error) && /"u", "t\.w"/.test((error as Failure).message),
  )
  await run.order({})
  await assert.rejects(edit(run, { chunkRows: 5 }), hasCode('unavailable'))
  assert.deepEqual(await run.chunks('t'), chunks)
})

test('a lane that has stalled in its last chunk is ended before it is cut', async () => {
  const run = await world.begin()
  const gate = await run.hold('t', 250)
  const lane = assert.rejects(run.copy('t/0'), hasCode('unavailable'))
  const pid = await gate.arrival()
  await run.order({ paused: true }, 'paused')
  await edit(run, { chunkRows: 300 })
  await lane
  await gate.release()
  await until('the end of the session', async () => {
    const { rows } = await run.client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])
    return rows.length === 0 || undefined
  })
  await run.order({})
  await run.copy('t/0')
  assert.equal((await run.ids('t')).length, ROWS)
})
