import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPayloadConverter } from '@temporalio/common'
import { ProgressLines } from '../../client/cli/lines.ts'
import { LiveView } from '../../client/cli/live.ts'
import { type PendingActivity, waitingOf } from '../../client/waiting.ts'
import { type Progress, STEPS } from '../../model/run.ts'

const [SCHEDULED, STARTED] = [1, 2]
/** Temporal's seconds are of a 64-bit type that `Number` reads. */
const at = (seconds: number) =>
  ({ seconds, nanos: 0 }) as unknown as NonNullable<PendingActivity['lastStartedTime']>
const failed = (
  message: string,
  type = 'longhaul.unavailable',
): NonNullable<PendingActivity['lastFailure']> => ({
  message,
  applicationFailureInfo: { type },
})
const pending = (over: Partial<PendingActivity>): PendingActivity => ({
  activityType: { name: 'createTables' },
  state: STARTED,
  attempt: 1,
  lastStartedTime: at(100),
  ...over,
})
const heartbeat = (detail: unknown, seconds: number): Partial<PendingActivity> => ({
  heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(detail)] },
  lastHeartbeatTime: at(seconds),
})
const away = pending({
  state: SCHEDULED,
  attempt: 3,
  lastFailure: failed('target db: the server is away. Start it.'),
  nextAttemptScheduleTime: at(104),
})

test('work that goes on waits for nothing', () => {
  assert.equal(waitingOf([], 0), undefined)
  assert.equal(waitingOf([pending({}), pending({ state: SCHEDULED })], 0), undefined)
  assert.equal(waitingOf([pending(heartbeat({ state: 'active' }, 101))], 0), undefined)
})

test('an activity that is tried again: which, how often, why, and when', () => {
  assert.equal(
    waitingOf([pending({}), away], 100_500),
    'createTables, attempt 3: target db: the server is away. Start it; next try in 4 s',
  )
  assert.equal(
    waitingOf([{ ...away, state: STARTED }], 105_000),
    'createTables, attempt 3: target db: the server is away. Start it',
  )
})

test('an attempt that has given a sign of life is at work again', () => {
  const again = { attempt: 2, lastFailure: failed('it broke.') }
  assert.equal(waitingOf([pending({ ...again, ...heartbeat(1, 101) })], 0), undefined)
  assert.match(waitingOf([pending({ ...again, ...heartbeat(1, 99) })], 0)!, /attempt 2: it broke$/)
})

test('a lock in the target goes before other waits, and counts only for the attempt that holds on', () => {
  const locked = { state: 'active', waitsFor: 'Lock: relation' }
  const line = 'a lock in the target (relation), in createTables'
  assert.equal(waitingOf([away, pending(heartbeat(locked, 101))], 0), line)
  assert.equal(waitingOf([pending(heartbeat(locked, 99))], 0), undefined)
  assert.equal(waitingOf([pending(heartbeat({ ...locked, waitsFor: 'IO: WALSync' }, 101))], 0), undefined)
})

test('sentences that are not our own may quote values, and are not shown', () => {
  const foreign = pending({ attempt: 2, lastFailure: failed('secret', 'QueryError') })
  assert.equal(waitingOf([foreign], 0), 'createTables, attempt 2: the attempt before failed')
  const silent = pending({
    attempt: 2,
    lastFailure: { message: 'activity Heartbeat timeout', timeoutFailureInfo: { timeoutType: 4 } },
  })
  assert.equal(waitingOf([silent], 0), 'createTables, attempt 2: the attempt before gave no sign of life')
})

test('control characters and payloads that nobody can read do no harm', () => {
  const evil = pending({ attempt: 2, lastFailure: failed('a\x1b]0;title\x07') })
  assert.equal(waitingOf([evil], 0), 'createTables, attempt 2: a\\u001b]0;title\\u0007')
  const sealed = { payloads: [{ metadata: {}, data: new Uint8Array([1]) }] }
  assert.equal(waitingOf([pending({ heartbeatDetails: sealed, lastHeartbeatTime: at(101) })], 0), undefined)
})

const progress = (waitingFor?: string): Progress => ({
  ...{ run: 'r', name: 'app-1', state: 'running', source: 'sqlite:a.db', target: 'postgresql://db/app' },
  steps: STEPS.map((name, i) => ({ name, state: i < 2 ? 'done' : i === 2 ? 'running' : 'pending' })),
  tables: [],
  findings: { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
  ...(waitingFor && { waitingFor }),
})

test('lines: one for each change of what is awaited, not for each second', () => {
  const lines = new ProgressLines()
  lines.next(progress(), 0)
  const [first, second] = [waitingOf([away], 100_000)!, waitingOf([away], 102_000)!]
  assert.notEqual(first, second)
  assert.deepEqual(lines.next(progress(first), 1000), [`waiting for ${first}`])
  assert.deepEqual(lines.next(progress(second), 2000), [])
  assert.deepEqual(lines.next(progress(), 3000), [])
  assert.deepEqual(lines.next(progress(first), 4000), [`waiting for ${first}`])
})

test('the live view: under the step that is under way, in whole words', () => {
  const view = new LiveView().lines(progress(waitingOf([away], 100_000)), 0, { columns: 50, rows: 24 })
  assert.deepEqual(view.slice(3, 7), [
    '▸ schema: running',
    '  waiting for createTables, attempt 3: target db:',
    '  the server is away. Start it; next try in 4 s',
    '· copy',
  ])
})
