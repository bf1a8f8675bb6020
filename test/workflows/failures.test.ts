/** A table that fails does not stop the others; gates, undo and hosts that are away are waited for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  approveUpdate,
  pauseUpdate,
  rejectUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../../workflows/messages.ts'
import { FakeTarget, failing } from './fake-target.ts'
import { type Play, startStage } from './stage.ts'

const stage = await startStage()
const { begin } = stage
const onFailure = (way: 'keep' | 'rollback') => {
  const source = { kind: 'sqlite', path: '/a.db', host: 'stage' }
  const target = { kind: 'postgres', connection: 'nowhere', schema: 'public' }
  return { request: { source, target, onFailure: way } as never }
}
const value = (table?: string) =>
  failing('value', 'a value does not fit', table === undefined ? undefined : `table "${table}"`)
const kinds = async (play: Play) => (await play.waiting()).map(({ kind }) => kind)

test('a table that fails waits for an operator when all others are copied; a retry goes on', async () => {
  const target = new FakeTarget([{ a: 2 }, { b: 2 }, { c: 1, d: 1 }])
  target.tables.get('a')!.failure = value('a')
  const play = await begin(target)
  const waiting = await play.waitsFor('operator')
  assert.deepEqual(waiting.tables, ['a'])
  assert.equal(waiting.text, 'an operator, as table a failed: a value does not fit')
  const progress = await play.progress()
  assert.equal(progress.state, 'waiting')
  assert.deepEqual(
    progress.tables.map(({ state }) => state),
    ['failed', 'finished', 'finished', 'finished'],
  )
  assert.equal(progress.tables[0]?.error, 'a value does not fit')
  await play.sees('the ledger says so', t => t.state === 'waiting')
  await assert.rejects(play.order(retryUpdate, { table: 'b' }), /table b has not failed/)
  delete target.tables.get('a')!.failure
  assert.match(await play.order(retryUpdate, { by: 'ana' }), /tries table a again$/)
  const result = await play.result()
  assert.equal(result.exit, 0)
  assert.equal(result.rows, 600)
  assert.deepEqual(
    result.events?.map(({ kind, object, by }) => [kind, object, by]),
    [['retry', 'a', 'ana']],
  )
})

test('a retry that fails again waits again, and is refused while it is under way', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.tables.get('a')!.failure = value('a')
  const play = await begin(target)
  await play.waitsFor('operator')
  target.close('copyChunks')
  await play.order(retryUpdate)
  await play.sees('it tries again', t => t.held('copyChunks') === 1)
  await assert.rejects(play.order(retryUpdate), /no table of it has failed/)
  target.open('copyChunks')
  await play.waitsFor('operator')
  await play.handle.cancel()
  await assert.rejects(play.handle.result())
})

test('of a group only the table that the failure names is set aside', async () => {
  const target = new FakeTarget([{ a: 1, b: 1, c: 1 }])
  target.tables.get('b')!.failure = value('b')
  const play = await begin(target)
  const waiting = await play.waitsFor('operator')
  assert.deepEqual(waiting.tables, ['b'])
  assert.equal(target.tables.get('c')!.done, 1)
  assert.ok(target.calls.some(({ name, tables }) => name === 'finishTables' && tables.join() === 'a,c'))
  await play.order(skipUpdate, { table: 'b' })
  assert.equal((await play.result()).exit, 4)
})

test('where a failure names no table of its group each is tried alone', async () => {
  const target = new FakeTarget([{ a: 1, b: 1, c: 1 }])
  target.tables.get('b')!.failure = value()
  const play = await begin(target)
  assert.deepEqual((await play.waitsFor('operator')).tables, ['b'])
  assert.equal(await play.state('c'), 'finished')
  delete target.tables.get('b')!.failure
  await play.order(retryUpdate, { table: 'b' })
  assert.equal((await play.result()).rows, 300)
})

test('some failed tables are tried again, some skipped', async () => {
  const target = new FakeTarget([{ a: 1 }, { b: 1 }, { c: 1 }])
  for (const table of ['a', 'b']) target.tables.get(table)!.failure = value(table)
  const play = await begin(target)
  assert.deepEqual((await play.waitsFor('operator')).tables?.toSorted(), ['a', 'b'])
  await play.order(skipUpdate, { table: 'a', by: 'ana' })
  delete target.tables.get('b')!.failure
  await play.order(retryUpdate)
  const result = await play.result()
  assert.deepEqual(result.differences, ['table "a": was skipped by ana'])
})

test('a failed table can be tried again while others are being copied', async () => {
  const target = new FakeTarget([{ a: 1 }, { b: 2 }])
  target.close('chunk b')
  target.tables.get('a')!.failure = value('a')
  const play = await begin(target)
  await play.sees('b under way', t => t.held('chunk b') === 1)
  const failed = async () => (await play.state('a')) === 'failed'
  while (!(await failed()));
  assert.deepEqual(await play.waiting(), [])
  delete target.tables.get('a')!.failure
  await play.order(retryUpdate, { table: 'a' })
  await play.sees('a copied', t => t.tables.get('a')!.done === 1)
  target.open('chunk b')
  assert.equal((await play.result()).rows, 300)
})

test('what fails for all of them ends the run, and cancels what a pause holds', async () => {
  const target = new FakeTarget([{ a: 2 }, { b: 2 }])
  target.close('chunk')
  const play = await begin(target)
  await play.sees('both under way', t => t.held('chunk') === 2)
  await play.order(pauseUpdate, { table: 'a' })
  await play.sees('the order noted', t => t.orders.revision > 0)
  target.tables.get('b')!.failure = failing('fenced', 'somebody else has it')
  target.open('chunk')
  const { facts, result } = await play.failure()
  assert.equal(facts.code, 'fenced')
  assert.equal(result.exit, 1)
})

test('with on_failure rollback a failed table compensates at once; an undo that fails parks the run', async () => {
  const target = new FakeTarget([{ a: 1 }, { b: 1 }])
  target.tables.get('a')!.failure = value('a')
  target.failures.set('rollBack', failing('object', 'a view depends on it', 'table "a"'))
  const play = await begin(target, onFailure('rollback'))
  const waiting = await play.waitsFor('operator')
  assert.match(waiting.text, /taking back failed: table "a": a view depends on it/)
  assert.equal((await play.progress()).state, 'waiting')
  await assert.rejects(play.order(pauseUpdate), /it is ending/)
  target.failures.clear()
  assert.match(await play.order(retryUpdate), /goes on with taking back/)
  const { facts, result } = await play.failure()
  assert.equal(facts.code, 'value')
  assert.equal(result.state, 'rolled back')
})

test('a parked undo ends when the run is cancelled, and says so', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.tables.get('a')!.failure = value('a')
  target.failures.set('rollBack', failing('object', 'a view depends on it'))
  const play = await begin(target, onFailure('rollback'))
  await play.waitsFor('operator')
  await play.handle.cancel()
  const { result } = await play.failure()
  assert.match(result.message ?? '', /did not succeed: a view depends on it/)
})

test('gates: the run stands until somebody decides, and only at the gate that is open', async () => {
  const target = new FakeTarget([{ a: 1 }], { gates: ['before-copy', 'before-cutover'] })
  target.close('createTables')
  const play = await begin(target)
  await play.sees('the schema', t => t.held('createTables') === 1)
  await assert.rejects(
    play.order(approveUpdate, { step: 'before-copy', by: 'ana' }),
    /does not stand at a gate/,
  )
  target.open('createTables')
  const first = await play.waitsFor('gate')
  assert.equal(first.gate, 'before-copy')
  assert.equal(target.called('copyChunks'), 0)
  assert.equal((await play.progress()).state, 'waiting')
  await assert.rejects(play.order(approveUpdate, { step: 'before-cutover', by: 'ana' }), /gate before-copy/)
  await assert.rejects(play.order(approveUpdate, { step: 'before-copy', by: ' ' }), /needs a name/)
  await play.order(approveUpdate, { step: 'before-copy', by: 'ana', comment: 'as discussed' })
  while ((await play.waitsFor('gate')).gate !== 'before-cutover');
  assert.match((await play.waitsFor('gate')).text, /with the verdict "equal"/)
  await assert.rejects(
    play.order(approveUpdate, { step: 'before-copy', by: 'bob' }),
    /was approved by ana already/,
  )
  await play.order(approveUpdate, { step: 'before-cutover', by: 'bob' })
  const result = await play.result()
  assert.deepEqual(
    result.signOffs?.map(({ gate, decision, by, comment }) => [gate, decision, by, comment]),
    [
      ['before-copy', 'approved', 'ana', 'as discussed'],
      ['before-cutover', 'approved', 'bob', undefined],
    ],
  )
})

test('a no at a gate ends the run, and takes back what it made where the plan says so', async () => {
  const target = new FakeTarget([{ a: 1 }], { gates: ['before-copy'] })
  const play = await begin(target, onFailure('rollback'))
  await play.waitsFor('gate')
  await play.order(rejectUpdate, { step: 'before-copy', by: 'ana', comment: 'not today' })
  const { facts, result } = await play.failure()
  assert.equal(facts.code, 'rejected')
  assert.match(facts.message, /rejected by ana: not today/)
  assert.equal(result.state, 'rolled back')
  assert.equal(result.signOffs?.[0]?.decision, 'rejected')
})

test('approved while paused: the run goes on with the resume', async () => {
  const target = new FakeTarget([{ a: 1 }], { gates: ['before-copy'] })
  const play = await begin(target)
  await play.waitsFor('gate')
  await play.order(pauseUpdate)
  await play.order(approveUpdate, { step: 'before-copy', by: 'ana' })
  await play.waitsFor('resume')
  assert.deepEqual(await kinds(play), ['resume'])
  assert.equal(target.called('copyChunks'), 0)
  await play.order(resumeUpdate)
  assert.equal((await play.result()).exit, 0)
})

test('cancel at a gate works at once', async () => {
  const target = new FakeTarget([{ a: 1 }], { gates: ['before-copy'] })
  const play = await begin(target)
  await play.waitsFor('gate')
  await play.handle.cancel()
  await assert.rejects(play.handle.result())
  assert.equal(target.reports.at(-1)?.state, 'cancelled')
})

test('a host that leaves is waited for, said by name, and goes on when it is back', async () => {
  const target = new FakeTarget([{ a: 1 }])
  target.close('createTables')
  const play = await begin(target, { limits: { hostSeconds: 1 } })
  await play.sees('the schema', t => t.held('createTables') === 1)
  await stage.leave()
  target.open('createTables')
  const waiting = await play.waitsFor('host')
  assert.deepEqual([waiting.text, waiting.host], ['a worker on host stage', 'stage'])
  assert.equal((await play.progress()).state, 'waiting')
  await stage.comeBack()
  assert.equal((await play.result()).exit, 0)
  assert.ok(target.called('present') > 0)
})

test('cancel while a host is away works at once', async () => {
  const target = new FakeTarget([{ a: 1 }])
  await stage.leave()
  const play = await begin(target, { limits: { hostSeconds: 1 } })
  await play.waitsFor('host')
  await play.handle.cancel()
  await assert.rejects(play.handle.result())
  await stage.comeBack()
})
