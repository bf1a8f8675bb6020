/** How tables share child workflows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summarize } from '../../activities/plan-summary.ts'
import type { Plan } from '../../model/plan.ts'
import { tablePlan } from '../support/plans.ts'

const MB = 1024 * 1024

/** The groups of tables of these sizes in bytes, called 0, 1, 2 …, largest first. */
function groupsOf(sizes: number[]) {
  const tables = sizes.map((bytes, i) => tablePlan(`${i}`, [], { rows: 10, bytes }))
  const how = { chunkRows: 100_000, chunkBytes: 64 * MB, tables: 2, lanes: 2 }
  const what = { tables, views: [], accept: [], policies: {} }
  return summarize({ hash: 'h', how, what, findings: [] } as unknown as Plan).groups
}

test('large tables stand alone, small ones together', () => {
  assert.deepEqual(groupsOf([200 * MB, 5 * MB, 10, 10]), [
    { tables: ['0'], rows: 10, lanes: 2 },
    { tables: ['1'], rows: 10, lanes: 1 },
    { tables: ['2', '3'], rows: 20, lanes: 1 },
  ])
})

test('very many large tables are so many groups that the history of the run can hold them, each table in one', () => {
  const sizes = [...Array(10_000).fill(50 * MB), ...Array(10_000).fill(10)]
  const groups = groupsOf(sizes)
  assert.ok(groups.length < 2500, `${groups.length} groups`)
  assert.ok(groups.every(({ tables }) => tables.length <= 250))
  assert.deepEqual(
    groups.flatMap(({ tables }) => tables),
    sizes.map((_, i) => `${i}`),
  )
})
