/** A table that is paused in a batch of small ones holds nothing but itself, and the run says that it waits for it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  approveUpdate,
  pauseUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../../workflows/messages.ts'
import { until } from '../scenarios/until.ts'
import { FakeTarget, failing } from './fake-target.ts'
import { startStage } from './stage.ts'

const stage = await startStage()
const { begin } = stage

const finished = (target: FakeTarget) =>
  target.calls.flatMap(({ name, tables }) => (name === 'finishTables' ? tables : []))

test('skipped and paused before the copy: the others are finished, and the run waits for the resume', async () => {
  const target = new FakeTarget([{ orders: 2, visits: 2, a: 1, b: 1 }], { gates: ['before-copy'] })
  const play = await begin(target)
  await play.waitsFor('gate')
  await play.order(skipUpdate, { table: 'orders' })
  await play.order(pauseUpdate, { table: 'visits' })
  await play.order(approveUpdate, { step: 'before-copy', by: 'ana' })
  const waiting = await play.waitsFor('resume')
  assert.deepEqual(waiting.tables, ['visits'])
  assert.equal((await play.progress()).state, 'waiting')
  await until('the memo says so', async () => {
    const { memo } = await play.handle.describe()
    return memo?.waitingFor === waiting.text || undefined
  })
  assert.deepEqual(finished(target), ['a', 'b'])
  assert.deepEqual([await play.state('a'), await play.state('visits')], ['finished', 'paused'])
  await play.order(resumeUpdate, { table: 'visits' })
  const result = await play.result()
  assert.deepEqual(finished(target), ['a', 'b', 'visits'])
  assert.deepEqual(result.differences, ['table "orders": was skipped'])
})

test('paused in mid-copy, while the ledger is away: the child begins once more, and not again and again', async () => {
  const target = new FakeTarget([{ a: 2, b: 1, c: 1 }])
  target.close('chunk a')
  const play = await begin(target)
  await play.sees('a chunk of a', t => t.held('chunk a') === 1)
  await play.order(pauseUpdate, { table: 'a' })
  await play.order(pauseUpdate, { table: 'b' })
  await play.sees('the orders noted', t => t.orders.pausedTables.length === 2)
  target.open('chunk a')
  assert.deepEqual((await play.waitsFor('resume')).tables, ['a', 'b'])
  target.failures.set('noteOrders', failing('unavailable', 'the server is away'))
  const before = target.called('noteOrders')
  await play.order(resumeUpdate, { table: 'a' })
  await play.sees('a note that fails', t => t.called('noteOrders') > before + 1)
  assert.deepEqual(await play.waiting(), [], 'it goes on once the ledger says so')
  target.failures.clear()
  assert.deepEqual((await play.waitsFor('resume')).tables, ['b'])
  assert.deepEqual(finished(target), ['c', 'a'])
  const { events } = await play.handle.fetchHistory()
  const children = events?.filter(({ startChildWorkflowExecutionInitiatedEventAttributes: c }) => c).length
  assert.equal(children, 2)
  await play.order(resumeUpdate, { table: 'b' })
  assert.equal((await play.result()).rows, 400)
})

test('one fails, one is paused: the run waits for both answers', async () => {
  const target = new FakeTarget([{ a: 1, b: 1, c: 1 }], { gates: ['before-copy'] })
  target.tables.get('b')!.failure = failing('internal', 'it does not fit', 'table "b"')
  const play = await begin(target)
  await play.waitsFor('gate')
  await play.order(pauseUpdate, { table: 'a' })
  await play.order(approveUpdate, { step: 'before-copy', by: 'ana' })
  assert.deepEqual((await play.waitsFor('operator')).tables, ['b'])
  assert.deepEqual((await play.waitsFor('resume')).tables, ['a'])
  assert.deepEqual(finished(target), ['c'])
  delete target.tables.get('b')!.failure
  await play.order(retryUpdate)
  await play.sees('b finished', t => finished(t).includes('b'))
  await play.order(resumeUpdate, { table: 'a' })
  assert.equal((await play.result()).exit, 0)
})

test('one table alone, paused in mid-copy: the run says that it waits, also to those who filter', async () => {
  const target = new FakeTarget([{ a: 3 }])
  target.close('chunk')
  const play = await begin(target, { indexed: true })
  await play.sees('a chunk', t => t.held('chunk') === 1)
  await play.order(pauseUpdate, { table: 'a' })
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.pass(1)
  assert.deepEqual((await play.waitsFor('resume')).tables, ['a'])
  assert.equal((await play.progress()).state, 'waiting')
  const { searchAttributes } = await until('published', async () => {
    const described = await play.handle.describe()
    return described.searchAttributes.LonghaulState?.[0] === 'waiting' ? described : undefined
  })
  assert.deepEqual(searchAttributes.LonghaulPhase, ['copy'])
  target.open('chunk')
  await play.order(resumeUpdate, { table: 'a' })
  assert.equal((await play.result()).exit, 0)
})
