/** A second execution that goes on with an unfinished run goes by its name, and by none of its pauses. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Activities } from '../../activities/index.ts'
import { packed } from '../../model/packed-summary.ts'
import { FakeTarget } from './fake-target.ts'
import { startStage } from './stage.ts'

const stage = await startStage()

/** Has an unfinished run. */
class HalfDone extends FakeTarget {
  readonly run = randomUUID()
  lifted: string[] = []
  skipped: string[] = []

  override get activities(): Partial<Activities> {
    const attach: Activities['attach'] = async () => {
      const { run, lifted, skipped } = this
      return { run, lifted, skipped, summary: packed(this.summary) }
    }
    return { ...super.activities, attach }
  }
}

test('the memo has the run that goes on; of its orders what was skipped stays, and the rest is told as ended', async () => {
  const target = new HalfDone([{ a: 1 }, { b: 1 }])
  target.lifted = ['table a paused', 'at most 5 rows/s']
  target.skipped = ['b']
  stage.plays(target.run, target)
  const play = await stage.begin(target)
  const result = await play.result()
  assert.equal(result.run, target.run)
  assert.equal((await play.handle.describe()).memo?.run, target.run)
  assert.deepEqual(
    result.events?.map(({ kind, detail }) => [kind, detail]),
    [['resume', 'begun again, without: table a paused, at most 5 rows/s']],
  )
  assert.deepEqual(target.notes.at(-1)?.orders.skippedTables, ['b'])
  assert.deepEqual((await play.progress()).orders, ['table b skipped'])
})

test('where nothing was ordered nothing is noted', async () => {
  const target = new HalfDone([{ a: 1 }])
  stage.plays(target.run, target)
  const play = await stage.begin(target)
  assert.equal((await play.result()).events, undefined)
  assert.equal(target.called('noteOrders'), 0)
})
