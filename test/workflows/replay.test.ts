/** Runs of released versions go on under this one: replayed, each recorded history asks for the same again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Runtime, Worker } from '@temporalio/worker'
import { workflowBundle } from '../../worker/bundle.ts'
import { endOf, kindOf, readHistories, replayable } from './history-files.ts'

const histories = readHistories(fileURLToPath(new URL('../histories', import.meta.url)))

const nothing = () => {}
Runtime.install({
  logger: { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing },
})
const bundle = await workflowBundle()

test('there are histories of each workflow; one is open, one went on as new', () => {
  const kinds = new Set(histories.map(({ history }) => kindOf(history)))
  assert.deepEqual([...kinds].sort(), ['check', 'copyTable', 'migrate', 'replay', 'rollback'])
  const ends = new Set(histories.map(({ history }) => endOf(history)))
  for (const end of ['open', 'COMPLETED', 'FAILED', 'CANCELED', 'CONTINUED_AS_NEW'])
    assert.ok(ends.has(end), end)
})

for (const { file, history } of histories) {
  test(`${file} replays`, async () => {
    const results = Worker.runReplayHistories({ workflowBundle: bundle }, [replayable(history)])
    for await (const { error } of results) assert.equal(error?.message, undefined)
  })
}

test('a history in which something else was done does not replay', async () => {
  const { history } = histories.find(({ history }) => kindOf(history) === 'rollback')!
  const text = JSON.stringify(history).replaceAll('"rollBack"', '"rollForth"')
  const results = Worker.runReplayHistories({ workflowBundle: bundle }, [replayable(JSON.parse(text))])
  for await (const { error } of results) assert.match(error?.message ?? '', /rollBack/)
})
