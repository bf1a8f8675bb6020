/** Files and mapped rows in every form of the report. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Intake } from '../../../model/intake.ts'
import { reportOf } from '../../../model/report/account.ts'
import { htmlReport } from '../../../model/report/html/page.ts'
import { markdownReport } from '../../../model/report/markdown.ts'
import { reportSchema } from '../../../model/report/schema.ts'
import { facts } from './sample.ts'

const INTAKE: Intake = {
  files: [
    { file: 'a|b.csv', state: 'done', rows: 7, rejected: 2 },
    { file: '<c>.csv', state: 'failed', rows: 0, rejected: 0, error: 'it ends in the midst of a row' },
  ],
  tables: [{ table: 'singer', read: 7, filtered: 1, duplicates: 1, rejected: 2, written: 3 }],
  rejected: [{ table: 'singer', rule: 'no-match', reason: 'no role of that name', rows: 2 }],
}

test('what was read is told by file, table and rule, what failed first', () => {
  const given = facts({ intake: INTAKE })
  const of = { kind: 'files', format: 'csv', path: '/in', host: 'h', options: {} } as const
  const request = { ...given.request, source: { kind: 'staged', path: '/in', host: 'h', of } }
  const report = reportOf({ ...given, request: request as typeof given.request })
  reportSchema.shape.intake.parse(report.intake)
  reportSchema.shape.request.parse(report.request)
  const text = markdownReport(report)
  assert.match(text, /\| Migration type \| csv → postgres \|/)
  assert.match(
    text,
    /\*\*failed\*\* \| 0 \| 0 \| it ends in the midst of a row \|\n\| a\\\|b\.csv \| done \| 7 \| 2 \|/,
  )
  assert.match(text, /\| singer \| 7 \| 1 \| 1 \| 2 \| 3 \|/)
  assert.match(text, /\| singer \| no-match \| 2 \| no role of that name \|/)
  const page = htmlReport(report)
  assert.match(page, /<h2 id="intake-title">What was read<\/h2>/)
  assert.match(page, /2 files, 1 of them failed/)
  assert.doesNotMatch(page, /<c>/)
})
