import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endingText } from '../../client/cli/ending.ts'
import { outcomeOf } from '../../client/outcome.ts'
import type { RunResult, TableResult } from '../../model/run.ts'

const known = { run: 'uuid', name: 'app-1' }
const result: RunResult = {
  ...{ run: 'uuid', name: 'app-1', state: 'done', exit: 0, verdict: 'equal', rows: 2, tables: 1 },
  ...{ differences: [], findings: [] },
}

test('facts and result are found under any number of wrappers', () => {
  const facts = { code: 'space', message: 'the disk is full' }
  const inner = {
    name: 'ApplicationFailure',
    type: 'longhaul.space',
    details: [facts, { ...result, exit: 1 }],
  }
  const outcome = outcomeOf({ cause: { cause: inner } }, known)
  assert.deepEqual(outcome.failure, facts)
  assert.equal(outcome.result.exit, 1)
})

test('a cancelled and a terminated run say so, and how to go on', () => {
  const cancelled = outcomeOf({ cause: { name: 'CancelledFailure', message: 'x' } }, known)
  assert.equal(cancelled.result.state, 'cancelled')
  assert.match(cancelled.failure!.message, /cancelled/)
  const terminated = outcomeOf({ cause: { name: 'TerminatedFailure', message: 'x' } }, known)
  assert.equal(terminated.result.exit, 1)
  assert.match(terminated.result.message!, /longhaul rollback app-1/)
})

test('the ending shows the balance sheet, the verdict, differences and findings with remedies', () => {
  const users: TableResult = {
    ...{
      name: 'users',
      target: 'public',
      expected: 3,
      read: 3,
      written: 2,
      skipped: 0,
      quarantined: 1,
      altered: 0,
      counted: 2,
    },
    ...{ sourceDigest: '', targetDigest: '', verdict: 'different', seconds: 1, bytes: 10 },
  }
  const finding = {
    code: 'view-not-converted',
    severity: 'incomplete',
    object: 'view v',
    message: 'is not converted',
    remedy: 'Make it by hand',
  } as const
  const request = {} as never
  const differs: RunResult = {
    ...result,
    state: 'done with differences',
    exit: 4,
    verdict: 'different',
    differences: ['table "users": 1 row'],
  }
  const report = {
    result: differs,
    tables: [users],
    steps: [],
    request,
    findings: [finding],
    leftOut: [],
    views: [],
    touched: true,
  }
  const text = endingText({ result: differs, report, mode: 'full', page: 'http://ui/x' })
  assert.match(
    text,
    /^table +expected +read +written +skipped +quarantined +altered +in target +verdict +time +rows\/s$/m,
  )
  assert.match(text, /^users +3 +3 +2 +0 +1 +0 +2 +different +1\.0 s +2$/m)
  assert.match(text, /\[view-not-converted\] view v: is not converted\n +Make it by hand/)
  assert.match(text, /Complete, with differences: one table, 2 rows; source and target differ\./)
  assert.match(text, /table "users": 1 row/)
  assert.match(text, /Temporal: http:\/\/ui\/x/)
})
