/** What a corrected plan file makes of the policies of a run whose quarantine is replayed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { correctTables } from '../../model/correct-plan.ts'
import type { OnError } from '../../model/plan.ts'
import type { ColumnSettings } from '../../model/plan-request.ts'
import { columnPlan, tablePlan } from '../support/plans.ts'

/** The policy in a replay of a column that the run had with `onError`. */
function replayed(onError: OnError | undefined, settings: ColumnSettings): OnError | undefined {
  const table = tablePlan('t', [columnPlan('n', { kind: 'integer', bits: 64 }, onError ? { onError } : {})])
  const [corrected] = correctTables([table], { t: { skip: false, columns: { n: settings } } })
  return corrected!.columns[0]!.onError
}

const SEVEN: OnError = { policy: 'default', value: 7 }
const QUARANTINE: OnError = { policy: 'quarantine' }

test('the same line of the plan file means the same value in the run and in its replay', () => {
  assert.deepEqual(replayed(SEVEN, { onError: 'default' }), SEVEN)
})

test('another default, or another policy, goes over that of the run', () => {
  assert.deepEqual(replayed(SEVEN, { onError: 'default', fallback: 8 }), { policy: 'default', value: 8 })
  assert.deepEqual(replayed(SEVEN, { onError: 'default', fallback: null }), {
    policy: 'default',
    value: null,
  })
  assert.deepEqual(replayed(SEVEN, { onError: 'quarantine' }), QUARANTINE)
  assert.deepEqual(replayed(QUARANTINE, { onError: 'default' }), { policy: 'default', value: null })
})

test('no cell stops a replay', () => {
  assert.deepEqual(replayed(undefined, {}), QUARANTINE)
  assert.deepEqual(replayed(undefined, { onError: 'stop' }), QUARANTINE)
})
