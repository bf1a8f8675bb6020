/** Taking back: checked first, dumped, undone until it is done, reported; and orders around it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import type { RollbackInput } from '../../model/payloads.ts'
import type { TakenBack } from '../../model/taken-back.ts'
import { type Ordered, retryUpdate, TASK_QUEUE, waitingForQuery } from '../../workflows/messages.ts'
import { until } from '../scenarios/until.ts'
import { FakeTarget, failing } from './fake-target.ts'
import { migrateInput, startStage } from './stage.ts'

const stage = await startStage()

async function rollback(target: FakeTarget, over: Partial<RollbackInput> = {}): Promise<WorkflowHandle> {
  const { run, name, request } = migrateInput()
  stage.plays(run, target)
  return stage.client.workflow.start('rollback', {
    workflowId: `longhaul/${name}/rollback`,
    taskQueue: TASK_QUEUE,
    args: [{ run, name, target: request.target, ...over }],
  })
}
const names = (target: FakeTarget) => target.calls.map(({ name }) => name)
const retry = (handle: WorkflowHandle) =>
  handle.executeUpdate<Ordered, [object]>(retryUpdate.name, { args: [{}] })
const waiting = (handle: WorkflowHandle) =>
  until('it waits', async () => (await handle.query(waitingForQuery))[0])

test('checked, dumped, taken back, reported', async () => {
  const target = new FakeTarget([])
  const handle = await rollback(target)
  const result = await handle.result()
  assert.deepEqual(names(target), ['checkRollback', 'backUpBefore', 'rollBack', 'reportRollback'])
  const { memo } = await handle.describe()
  assert.ok(memo)
  const { at, ...takenBack } = memo.takenBack as TakenBack
  assert.deepEqual(takenBack, { run: takenBack.run, whole: true, differences: 0 })
  assert.ok(Date.parse(at) > 0)
  assert.equal(result.undone, 3)
  assert.equal(result.backedUp, 'no dump is needed')
  assert.deepEqual(result.report, { markdown: 'm', json: 'j', host: 'h' })
})

test('the check alone, and no dump where the operator wants none', async () => {
  const checked = new FakeTarget([])
  const { check } = await (await rollback(checked, { checkOnly: true })).result()
  assert.equal(check.safe, true)
  assert.deepEqual(names(checked), ['checkRollback'])
  const bare = new FakeTarget([])
  await (await rollback(bare, { backup: 'none' })).result()
  assert.deepEqual(names(bare), ['checkRollback', 'rollBack', 'reportRollback'])
})

test('what the check refuses is not begun; rows of others need a consent', async () => {
  const refused = new FakeTarget([])
  Object.assign(refused.check, { safe: false, refusals: ['a view of others depends on it'] })
  await assert.rejects((await rollback(refused)).result(), error =>
    /a view of others depends on it/.test(String((error as Error).cause)),
  )
  assert.deepEqual(names(refused), ['checkRollback'])
  const losing = new FakeTarget([])
  Object.assign(losing.check, { safe: false, loses: true })
  Object.assign(losing.check, { tables: [{ target: 'public.a', lost: 2 }] })
  await assert.rejects((await rollback(losing)).result(), error =>
    /2 rows in public\.a\. .*--accept rows-of-others/.test(String((error as Error).cause)),
  )
  await (await rollback(losing, { accept: ['rows-of-others'] })).result()
  assert.ok(names(losing).includes('rollBack'))
})

test('one that fails parks: it waits, a retry goes on, and is refused where nothing has failed', async () => {
  const target = new FakeTarget([])
  target.failures.set('rollBack', failing('object', 'a lock stays', 'table "a"'))
  const handle = await rollback(target)
  assert.equal((await waiting(handle)).text, 'an operator, as taking back failed: table "a": a lock stays')
  await retry(handle)
  await until('again', () => target.called('rollBack') > 1 || undefined)
  await waiting(handle)
  target.failures.clear()
  target.close('reportRollback')
  await retry(handle)
  await until('reporting', () => target.held('reportRollback') > 0 || undefined)
  await assert.rejects(retry(handle), error =>
    /nothing of that has failed/.test(String((error as Error).cause)),
  )
  target.open('reportRollback')
  assert.equal((await handle.result()).undone, 3)
})

test('rows of others that come after the check: the consent comes with a retry, and they are dumped', async () => {
  const target = new FakeTarget([])
  target.failures.set('rollBack', failing('refused', 'has 1 row(s) that others wrote', 'table "a"'))
  const handle = await rollback(target, { accept: ['rows-of-others'] })
  await waiting(handle)
  await retry(handle)
  await until('again', () => target.called('rollBack') > 1 || undefined)
  await waiting(handle)
  target.failures.clear()
  const order = { accept: ['rows-of-others' as const] }
  await handle.executeUpdate<Ordered, [object]>(retryUpdate.name, { args: [order] })
  await handle.result()
  assert.deepEqual(
    target.rollbacks.map(({ accept }) => accept),
    [undefined, undefined, ['rows-of-others']],
  )
  assert.deepEqual(
    target.dumps.map(({ loses, again }) => [loses, again]),
    [
      [false, undefined],
      [true, true],
    ],
  )
})

test('a parked one ends when it is cancelled', async () => {
  const target = new FakeTarget([])
  target.failures.set('rollBack', failing('object', 'a lock stays'))
  const handle = await rollback(target)
  await waiting(handle)
  await handle.cancel()
  await assert.rejects(handle.result())
})
