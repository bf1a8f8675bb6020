/** What the history of a run tells by itself, read from histories that real runs have left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toldBy } from '../../client/history.ts'
import { readHistories, replayable } from '../workflows/history-files.ts'

const histories = readHistories(fileURLToPath(new URL('../histories/17ed371', import.meta.url)))

function told(name: string) {
  const found = histories.find(({ file }) => file === `${name}.json`)!
  return toldBy(replayable(found.history).history.events)
}

const names = (of: string) => told(of).plan?.tables.map(({ name }) => name)

test('a run that goes on with an unfinished one has the plan of that one', () => {
  assert.deepEqual(names('resumed')?.sort(), names('full')?.sort())
  assert.ok(names('full')!.length > 1)
})

test('of a run in mid-copy: which steps are over, and which tables are under way', () => {
  const { steps, tables, run } = told('in-mid-copy')
  assert.match(run!, /^[0-9a-f-]{36}$/)
  assert.equal(steps.get('schema')?.open, 0)
  assert.ok(steps.get('copy')!.open > 0)
  assert.ok([...tables.values()].includes('copying'))
  assert.equal(steps.has('finish'), false)
})
