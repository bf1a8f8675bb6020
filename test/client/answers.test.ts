import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersTo, openQuestions } from '../../client/answers.ts'
import { eventLine } from '../../client/cli/events.ts'
import { ProgressLines } from '../../client/cli/lines.ts'
import { LiveView } from '../../client/cli/live.ts'
import { summary, totals } from '../../client/cli/summary.ts'
import { progressTable } from '../../client/cli/tables.ts'
import { width } from '../../client/cli/text.ts'
import type { Waiting } from '../../model/control.ts'
import { type Progress, STEPS, type TableProgress } from '../../model/run.ts'

const gate: Waiting = { kind: 'gate', gate: 'before-copy', text: 'an approval at the gate before-copy' }
const host: Waiting = { kind: 'host', host: 'files-1', text: 'a worker on host files-1' }
const users: TableProgress = { name: 'users', state: 'copying', rows: 100, written: 50 }

function standing(over: Partial<Progress>): Progress {
  return {
    ...{ run: 'r', name: 'app-1', state: 'running', source: 'sqlite:a.db', target: 'postgresql://db/app' },
    steps: STEPS.map((name, i) => ({ name, state: i < 3 ? 'done' : i === 3 ? 'running' : 'pending' })),
    tables: [users],
    findings: { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
    ...over,
  }
}

test('only what somebody has to end is a question: not a host, nor a run that is at work beside it', () => {
  const asked = (over: Partial<Progress>) => openQuestions(standing(over))
  assert.deepEqual(asked({ state: 'waiting', waiting: [gate, host] }), [gate])
  assert.deepEqual(asked({ state: 'waiting', waiting: [host] }), [])
  assert.deepEqual(asked({ waiting: [{ kind: 'resume', text: 'a resume of table t' }] }), [])
  assert.deepEqual(asked({ state: 'paused' }), [])
  const paused: TableProgress = { ...users, name: 'log', state: 'paused' }
  assert.deepEqual(asked({ tables: [users, paused] }), [])
  assert.deepEqual(asked({ tables: [{ ...users, state: 'finished' }, paused] }), [
    { kind: 'resume', text: 'a resume of table log', tables: ['log'] },
  ])
  assert.match(answersTo('app-1', [host])[0]!.does, /on host files-1: the run goes on by itself/)
})

test('lines: orders once for each change, and the commands beside what only somebody can end', () => {
  const lines = new ProgressLines()
  lines.next(standing({}), 0)
  const paused = standing({
    state: 'paused',
    orders: ['paused', 'at most 500 rows/s'],
    waiting: [{ kind: 'resume', text: 'a resume' }],
    waitingFor: 'a resume',
  })
  assert.deepEqual(lines.next(paused, 9000), [
    'orders: paused, at most 500 rows/s',
    'waiting for a resume',
    '  longhaul resume app-1  goes on',
  ])
  assert.deepEqual(lines.next(paused, 99_000), [], 'days of it say nothing more')
  assert.equal(lines.next(standing({}), 100_000)[0], 'orders: none any more')
})

test('the live view shows orders, what is awaited and its answer, in every terminal', () => {
  const waiting = standing({ state: 'waiting', waiting: [gate], waitingFor: gate.text, orders: ['1 lane'] })
  const text = new LiveView().lines(waiting, 0, { columns: 100, rows: 30 }).join('\n')
  assert.match(
    text,
    /▸ copy: running\n {2}orders: 1 lane\n {2}waiting for an approval.*\n {4}longhaul approve app-1/,
  )
  for (const columns of [20, 60])
    for (const line of new LiveView().lines(waiting, 0, { columns, rows: 10 }))
      assert.ok(width(line) < columns)
})

test('rows of skipped tables are not awaited; paused and failed ones are not done', () => {
  const tables: TableProgress[] = [
    users,
    { name: 'log', state: 'skipped', rows: 1000, written: 0 },
    { name: 'a', state: 'paused', rows: 100, written: 100 },
    { name: 'b', state: 'finished', rows: 100, written: 100 },
  ]
  assert.equal(
    summary(totals({ tables }), undefined),
    '1 of 4 tables (one table skipped), 250 of 300 rows (83 %)',
  )
})

test('tables: figures only where there are any; of many those that matter first', () => {
  assert.match(progressTable([users]), /^table +state +expected +written\nusers +copying +100 +50$/)
  const rich = { ...users, chunks: 4, chunksDone: 2, rate: 10, secondsLeft: 5, estimate: '50 rows to go' }
  assert.match(progressTable([rich]), /2 of 4 +10 +5\.0 s\nLeft, as reckoned:\n {2}users: 50 rows to go$/)
  const many = Array.from({ length: 5000 }, (_, i) => ({ ...users, name: `t${i}`, state: 'finished' }))
  const text = progressTable([...many, { ...users, name: 'bad', state: 'failed', error: 'no' }])
  assert.match(text.split('\n')[1]!, /^bad +failed/)
  assert.match(text, /and 4,961 tables more$/)
})

test('an event in one line', () => {
  const event = {
    at: '2026-01-31T12:00:00.123Z',
    kind: 'throttle',
    detail: '5 rows/s',
    by: 'ana',
    comment: 'slow',
  } as const
  assert.equal(eventLine(event), '  2026-01-31T12:00:00Z  throttle (5 rows/s) by ana: slow')
  // Any tool may send any text: it stays a line, and moves no terminal.
  const odd = { ...event, comment: 'two\nlines \u001b[2J' }
  assert.match(eventLine(odd), /ana: two lines \\u001b\[2J$/)
})
