/** What operators order takes hold, at whatever moment it comes; what makes no sense is refused with the reason. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  editUpdate,
  pauseSignal,
  pauseUpdate,
  planQuery,
  resumeSignal,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
  throttleUpdate,
} from '../../workflows/messages.ts'
import { until } from '../scenarios/until.ts'
import { FakeTarget, failing } from './fake-target.ts'
import { startStage } from './stage.ts'

const stage = await startStage()
const { begin } = stage

test('a run without orders writes none, and its children send nothing', async () => {
  const play = await begin(new FakeTarget([{ a: 3 }, { b: 1, c: 1 }]))
  const result = await play.result()
  assert.equal(result.exit, 0)
  assert.equal(result.rows, 500)
  assert.equal(play.target.called('noteOrders'), 0)
  assert.equal(result.events, undefined)
  const { events } = await play.handle.fetchHistory()
  assert.equal(events?.filter(({ workflowExecutionSignaledEventAttributes: s }) => s).length, 0)
})

test('a pause takes hold within a chunk, stays, and the resume goes on with the next chunk', async () => {
  const target = new FakeTarget([{ a: 4 }])
  target.close('chunk')
  const play = await begin(target)
  await play.sees('a chunk under way', t => t.held('chunk') === 1)
  await play.order(pauseUpdate, { by: 'ana', comment: 'backup at noon' })
  assert.equal((await play.progress()).state, 'paused')
  assert.deepEqual(await play.waiting(), [], 'the chunk is still under way')
  await play.sees('the pause noted', t => t.state === 'paused')
  target.pass(1)
  const waiting = await play.waitsFor('resume')
  assert.equal(waiting.text, 'a resume')
  assert.equal(target.done, 1)
  assert.equal(target.lanes, 0)
  assert.equal(await play.state('a'), 'paused')
  target.open('chunk')
  await play.order(resumeUpdate)
  const result = await play.result()
  assert.equal(result.exit, 0)
  assert.deepEqual(
    result.events?.map(({ kind, by }) => [kind, by]),
    [
      ['pause', 'ana'],
      ['resume', undefined],
    ],
  )
  assert.deepEqual(
    target.notes.at(-1)?.events.map(({ kind }) => kind),
    ['pause', 'resume'],
  )
})

test('a pause before the ledger is there holds the run before its next activity', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.close('assess')
  const play = await begin(target)
  await play.sees('assessing', t => t.held('assess') === 1)
  await play.order(pauseUpdate)
  target.open('assess')
  await play.waitsFor('resume')
  assert.equal(target.called('makePlan'), 0)
  assert.equal(target.called('noteOrders'), 0)
  await play.order(resumeUpdate)
  assert.equal((await play.result()).exit, 0)
  assert.deepEqual(
    target.notes.at(-1)?.events.map(({ kind }) => kind),
    ['pause', 'resume'],
  )
})

test('pause and resume as plain signals; one that makes no sense is passed over', async () => {
  const target = new FakeTarget([{ a: 2 }])
  target.close('chunk')
  const play = await begin(target)
  await play.sees('a chunk under way', t => t.held('chunk') === 1)
  await play.handle.signal(resumeSignal)
  await play.handle.signal(pauseSignal)
  await play.handle.signal(pauseSignal)
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.pass(1)
  await play.waitsFor('resume')
  target.open('chunk')
  await play.handle.signal(resumeSignal, { by: 'bob' })
  const { events } = await play.result()
  assert.deepEqual(
    events?.map(({ kind, by }) => [kind, by]),
    [
      ['pause', undefined],
      ['resume', 'bob'],
    ],
  )
})

test('cancel while paused works at once, and the target keeps what it has', async () => {
  const target = new FakeTarget([{ a: 2 }])
  target.close('chunk')
  const play = await begin(target)
  await play.sees('a chunk under way', t => t.held('chunk') === 1)
  await play.order(pauseUpdate)
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.pass(1)
  await play.waitsFor('resume')
  await play.handle.cancel()
  await assert.rejects(play.handle.result(), error => /cancel/i.test(String((error as Error).cause)))
  assert.equal(target.reports.at(-1)?.state, 'cancelled')
})

test('a read-only step is broken off by the pause and done again', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.close('validateTables')
  const play = await begin(target)
  await play.sees('validating', t => t.held('validateTables') === 1)
  await play.order(pauseUpdate)
  await play.waitsFor('resume')
  target.open('validateTables')
  await play.order(resumeUpdate)
  assert.equal((await play.result()).exit, 0)
  assert.equal(target.called('validateTables'), 2)
})

test('a pause that comes between two activities: the ledger refuses, and the work is asked for again', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.close('finishTables')
  const play = await begin(target)
  await play.sees('finishing', t => t.held('finishTables') === 1)
  await play.order(pauseUpdate)
  await play.sees('the pause noted', t => t.state === 'paused')
  target.open('finishTables')
  await play.waitsFor('resume')
  await play.order(resumeUpdate)
  assert.equal((await play.result()).exit, 0)
  assert.equal(target.called('finishTables'), 2)
})

test('one table is paused, the others go on; the run then waits for its resume', async () => {
  const target = new FakeTarget([{ a: 2 }, { b: 2, c: 1 }], { sideBySide: 1 })
  target.close('chunk a')
  const play = await begin(target)
  await play.sees('a chunk of a', t => t.held('chunk a') === 1)
  await play.order(pauseUpdate, { table: 'a' })
  assert.equal(await play.state('a'), 'copying', 'its chunk is still under way')
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.pass(1)
  const waiting = await play.waitsFor('resume')
  assert.deepEqual(waiting.tables, ['a'])
  assert.equal(await play.state('a'), 'paused')
  assert.equal(await play.state('b'), 'finished')
  await assert.rejects(play.order(resumeUpdate), /only table a/)
  target.open('chunk a')
  await play.order(resumeUpdate, { table: 'a' })
  assert.equal((await play.result()).exit, 0)
})

test('a paused table of a group does not hold the others of the group', async () => {
  const target = new FakeTarget([{ a: 2, b: 2 }])
  target.close('chunk a')
  const play = await begin(target)
  await play.sees('a chunk of a', t => t.held('chunk a') === 1)
  await play.order(pauseUpdate, { table: 'a' })
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.pass(1)
  await play.sees('b copied', t => t.tables.get('b')!.done === 2)
  await until('a paused', async () => (await play.state('a')) === 'paused' || undefined)
  assert.equal(target.tables.get('a')!.done, 1)
  target.open('chunk a')
  await play.order(resumeUpdate, { table: 'a' })
  assert.equal((await play.result()).rows, 400)
})

test('lanes: fewer than tables, more again, and as planned', async () => {
  const target = new FakeTarget([{ a: 40 }, { b: 40 }], { lanes: 4, sideBySide: 2 })
  target.close('chunk')
  const play = await begin(target)
  await play.sees('eight lanes', t => t.lanes === 8)
  await play.order(throttleUpdate, { concurrency: 1 })
  await play.sees('the order noted', t => t.orders.concurrency === 1)
  target.pass(8)
  await play.sees('one lane', t => t.lanes === 1 && t.held('chunk') === 1)
  await play.order(throttleUpdate, { concurrency: 3, rowsPerSecond: 5 })
  await play.sees('the order noted', t => t.orders.rowsPerSecond === 5)
  assert.deepEqual((await play.progress()).orders, ['at most 5 rows/s', '3 lanes'])
  target.pass(1)
  await play.sees('three lanes', t => t.lanes === 3 && t.held('chunk') === 3)
  await play.order(throttleUpdate, { concurrency: null, rowsPerSecond: null })
  await play.sees('the order noted', t => t.orders.concurrency === undefined)
  target.pass(3)
  await play.sees('eight lanes again', t => t.lanes === 8)
  target.open('chunk')
  assert.equal((await play.result()).rows, 8000)
})

test('a table is skipped in mid-copy: taken back when nothing of it is under way, status 4', async () => {
  const target = new FakeTarget([{ a: 3 }, { b: 1 }])
  target.close('chunk a')
  const play = await begin(target)
  await play.sees('a chunk of a', t => t.held('chunk a') === 1)
  await play.order(skipUpdate, { table: 'a', by: 'ana' })
  assert.equal(target.called('leaveOut'), 0)
  target.open('chunk a')
  const result = await play.result()
  assert.deepEqual(result.differences, ['table "a": was skipped by ana'])
  assert.equal(result.exit, 4)
  assert.equal(target.called('leaveOut'), 1)
  assert.equal(await play.state('a'), 'skipped')
  assert.ok(!target.calls.some(({ name, tables }) => name === 'validateTables' && tables.includes('a')))
})

test('a table is skipped before its group begins, and one of a group', async () => {
  const target = new FakeTarget([{ a: 1 }, { b: 1 }, { c: 1, d: 1 }], { sideBySide: 1 })
  target.close('chunk a')
  const play = await begin(target)
  await play.sees('a chunk of a', t => t.held('chunk a') === 1)
  await play.order(skipUpdate, { table: 'b' })
  await play.order(skipUpdate, { table: 'd' })
  target.open('chunk a')
  const result = await play.result()
  assert.equal(result.rows, 200)
  assert.equal(target.called('leaveOut'), 2)
  assert.ok(!target.calls.some(({ name, tables }) => name === 'copyChunks' && tables.includes('b')))
})

test('the plan of a paused run is changed once nothing is under way', async () => {
  const target = new FakeTarget([{ a: 40 }], { lanes: 2 })
  target.close('chunk')
  const play = await begin(target)
  await play.sees('two lanes', t => t.lanes === 2)
  await assert.rejects(play.order(editUpdate, { lanes: 5 }), /only a paused run can be changed/)
  await play.order(pauseUpdate)
  const edited = play.order(editUpdate, { lanes: 5, by: 'ana' })
  await play.sees('the pause noted', t => t.state === 'paused')
  assert.equal(target.called('applyEdit'), 0)
  target.pass(2)
  assert.match(await edited, /revision 2: lanes 5$/)
  assert.equal((await play.handle.query(planQuery))?.revision, 2)
  await play.order(resumeUpdate)
  await play.sees('five lanes', t => t.lanes === 5)
  target.open('chunk')
  const result = await play.result()
  assert.deepEqual(
    result.events?.map(({ kind }) => kind),
    ['pause', 'edit', 'resume'],
  )
})

test('an edit that fails is told, and the run goes on after the resume', async () => {
  const target = new FakeTarget([{ a: 2 }])
  target.close('chunk')
  target.failures.set('applyEdit', failing('usage', 'that cannot be'))
  const play = await begin(target)
  await play.sees('a chunk', t => t.held('chunk') === 1)
  await play.order(pauseUpdate)
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.pass(1)
  await play.waitsFor('resume')
  await assert.rejects(play.order(editUpdate, { chunkRows: 5 }), /that cannot be/)
  target.open('chunk')
  await play.order(resumeUpdate)
  assert.equal((await play.result()).exit, 0)
})

test('orders that make no sense are refused, and change nothing', async () => {
  const target = new FakeTarget([{ a: 1, b: 1 }])
  target.close('chunk b')
  const play = await begin(target)
  await play.sees('a chunk of b', t => t.held('chunk b') === 1)
  const refusals: [() => Promise<string>, RegExp][] = [
    [() => play.order(resumeUpdate), /it is not paused/],
    [() => play.order(resumeUpdate, { table: 'a' }), /table a is not paused/],
    [() => play.order(pauseUpdate, { table: 'x' }), /it has no table x/],
    [() => play.order(skipUpdate, { table: 'x' }), /it has no table x/],
    [() => play.order(retryUpdate), /no table of it has failed/],
    [() => play.order(retryUpdate, { table: 'a' }), /table a has not failed/],
    [() => play.order(throttleUpdate, {}), /neither a limit/],
    [() => play.order(throttleUpdate, { rowsPerSecond: 0 }), /a number from 1 on/],
    [() => play.order(throttleUpdate, { concurrency: 1.5 }), /a whole number from 1 to 1000/],
    [() => play.order(throttleUpdate, { concurrency: 0 }), /a whole number from 1 to 1000/],
    [() => play.order(pauseUpdate, { comment: 'x'.repeat(3000) }), /comment is a text of at most/],
    [() => play.order(pauseUpdate, 'now' as never), /an order is an object/],
    [() => play.order(editUpdate, { lanes: 0 }), /only a paused run/],
  ]
  for (const [order, reason] of refusals) await assert.rejects(order, reason)
  await play.order(pauseUpdate)
  await assert.rejects(play.order(pauseUpdate), /it is paused already/)
  await assert.rejects(play.order(editUpdate, {}), /nothing to change/)
  await assert.rejects(play.order(editUpdate, { lanes: 0 }), /lanes is a whole number/)
  await assert.rejects(play.order(editUpdate, { lanes: 65 }), /lanes is a whole number from 1 to 64/)
  await assert.rejects(play.order(editUpdate, { chunkBytes: 1 }), /chunkBytes is a whole number from 4096 to/)
  await assert.rejects(
    play.order(editUpdate, { onError: [{ object: 'x.y', policy: 'quarantine' }] }),
    /it has no table or column "x.y"/,
  )
  await play.order(resumeUpdate)
  target.open('chunk b')
  const { events } = await play.result()
  assert.deepEqual(
    events?.map(({ kind }) => kind),
    ['pause', 'resume'],
  )
})

test('an order right at the end is refused; one after it finds the run ended', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.close('report')
  const play = await begin(target)
  await play.sees('reporting', t => t.held('report') === 1)
  await assert.rejects(play.order(pauseUpdate), /it is ending/)
  await assert.rejects(play.order(skipUpdate, { table: 'a' }), /it is ending/)
  target.open('report')
  assert.equal((await play.result()).exit, 0)
  await assert.rejects(play.order(pauseUpdate), /already completed/)
})

test('an order does not wait for a target that is away; it is noted when that is back', async () => {
  const target = new FakeTarget([{ a: 2 }])
  target.close('chunk')
  const play = await begin(target)
  await play.sees('a chunk', t => t.held('chunk') === 1)
  target.failures.set('noteOrders', failing('unavailable', 'the server is away'))
  await play.order(pauseUpdate)
  await play.order(resumeUpdate)
  await play.order(throttleUpdate, { rowsPerSecond: 7 })
  assert.equal((await play.progress()).state, 'running')
  target.failures.clear()
  target.open('chunk')
  const result = await play.result()
  assert.equal(result.exit, 0)
  assert.deepEqual(
    target.notes.at(-1)?.events.map(({ kind }) => kind),
    ['pause', 'resume', 'throttle'],
  )
  assert.equal(target.notes.at(-1)?.state, 'running')
})

test('a comparison is paused between and inside its tables', async () => {
  const target = new FakeTarget([{ a: 1 }, { b: 1 }], { sideBySide: 1 })
  target.close('compareTables')
  for (const table of target.tables.values()) table.done = table.chunks
  const play = await begin(target, { mode: 'check' })
  await play.sees('comparing', t => t.held('compareTables') === 1)
  await play.order(pauseUpdate)
  await play.waitsFor('resume')
  await assert.rejects(play.order(skipUpdate, { table: 'a' }), /it copies no tables/)
  await assert.rejects(play.order(throttleUpdate, { concurrency: 1 }), /it copies no rows/)
  target.open('compareTables')
  await play.order(resumeUpdate)
  const result = await play.result()
  assert.equal(result.exit, 0)
  assert.equal(target.called('compareTables'), 3)
})
