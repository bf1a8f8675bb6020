/** Orders across the boundary where a child goes on as new: none is lost, and none done twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pauseUpdate, resumeUpdate, skipUpdate, throttleUpdate } from '../../workflows/messages.ts'
import { FakeTarget, failing } from './fake-target.ts'
import { type Play, startStage } from './stage.ts'

const stage = await startStage(['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=25'])
const { begin } = stage

/** How many executions the first child has had. */
async function executions({ handle }: Play): Promise<number> {
  const { runId } = await handle.describe()
  let count = 0
  const query = `WorkflowId = '${handle.workflowId}/${runId}/copy/0'`
  for await (const _ of stage.client.workflow.list({ query })) count++
  return count
}

test('pauses between chunks, before, at and after the boundary', async () => {
  const target = new FakeTarget([{ a: 12 }])
  target.budget = 1
  target.close('chunk')
  const play = await begin(target)
  for (let chunk = 1; chunk < 12; chunk++) {
    await play.sees('the next chunk', t => t.held('chunk') === 1)
    if (chunk % 2 === 1) {
      target.pass(1)
      continue
    }
    await play.order(pauseUpdate)
    await play.sees('the pause noted', t => t.state === 'paused')
    target.pass(1)
    await play.waitsFor('resume')
    assert.equal(target.done, chunk)
    await play.order(resumeUpdate)
  }
  target.open('chunk')
  const result = await play.result()
  assert.equal(result.rows, 1200)
  assert.ok((await executions(play)) > 1)
})

test('lanes, paused and skipped tables stay as ordered in the next execution', async () => {
  const target = new FakeTarget([{ a: 20 }, { b: 1 }], { lanes: 3 })
  target.budget = 1
  target.close('chunk a')
  const play = await begin(target)
  await play.sees('three lanes', t => t.held('chunk a') === 3)
  await play.order(throttleUpdate, { concurrency: 2 })
  await play.sees('the order noted', t => t.orders.concurrency === 2)
  target.pass(3)
  await play.sees('as ordered', t => t.lanes <= 2 && t.held('chunk a') > 0)
  target.mostLanes = 0
  target.open('chunk a')
  assert.equal((await play.result()).rows, 2100)
  assert.ok(target.mostLanes <= 2)
  assert.ok((await executions(play)) > 1)
})

test('a pause while the child goes on as new, whenever it comes', async () => {
  const target = new FakeTarget([{ a: 40 }], { lanes: 2 })
  target.budget = 1
  const play = await begin(target)
  for (let orders = 0; orders < 3; orders++) {
    const before = target.done
    await play.sees('more chunks', t => t.done > before + 3 || t.done === 40)
    if (target.done === 40) break
    await play.order(pauseUpdate)
    await play.waitsFor('resume')
    assert.equal(target.lanes, 0)
    await play.order(resumeUpdate)
  }
  assert.equal((await play.result()).rows, 4000)
  assert.ok((await executions(play)) > 1)
})

test('a table that failed before the boundary is still known after it', async () => {
  const target = new FakeTarget([{ a: 1, b: 15 }])
  target.budget = 1
  target.tables.get('a')!.failure = failing('value', 'a value does not fit', 'table "a"')
  const play = await begin(target)
  assert.deepEqual((await play.waitsFor('operator')).tables, ['a'])
  assert.equal(target.tables.get('b')!.done, 15)
  assert.ok((await executions(play)) > 1)
  await play.order(skipUpdate, { table: 'a' })
  assert.equal((await play.result()).exit, 4)
})
