import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ReportDocument, renderReport } from '../../model/render-report.ts'
import { STEPS, type TableResult } from '../../model/run.ts'

const singer: TableResult = {
  ...{
    name: 'singer',
    target: 'public',
    expected: 3,
    read: 0,
    written: 0,
    skipped: 0,
    quarantined: 0,
    altered: 0,
  },
  ...{ counted: 0, sourceDigest: '', targetDigest: '', verdict: 'not checked', seconds: 0, bytes: 0 },
}

const report = (over: Partial<ReportDocument>): ReportDocument => ({
  result: {
    ...{ run: 'r', name: 'app-1', state: 'done', exit: 0, verdict: 'equal', rows: 2, tables: 1 },
    ...{ differences: [], findings: [] },
  },
  tables: [singer],
  steps: STEPS.map(name => ({
    name,
    state: 'done',
    ...(name === 'backup' && { detail: '1 table, 7 rows: `kept`' }),
  })),
  request: {
    source: { kind: 'sqlite', path: '/app.db', host: 'h' },
    target: { kind: 'postgres', connection: 'prod', schema: 'public' },
    ...{ accept: [], operator: 'Ana' },
  } as unknown as ReportDocument['request'],
  ...{ findings: [], leftOut: [], views: [], touched: true },
  ...over,
})

test('sign-offs stand with who, when and why, and the last gate is who verified', () => {
  const { result } = report({})
  const text = renderReport(
    report({
      result: {
        ...result,
        events: [
          { at: '2026-01-31T12:00:00.000Z', kind: 'pause', object: 'a|b', by: 'ana', comment: 'one\ntwo' },
        ],
        signOffs: [
          { gate: 'before-copy', decision: 'approved', by: 'ana', at: '2026-01-31T12:00:00.000Z' },
          {
            gate: 'before-cutover',
            decision: 'approved',
            by: 'b<b>',
            at: '2026-02-01T12:00:00.000Z',
            comment: 'ok',
          },
        ],
      },
    }),
  )
  assert.match(text, /- Gate before-copy: \*\*approved\*\* by ana, 2026-01-31T12:00:00\.000Z\n/)
  assert.match(text, /- Gate before-cutover: \*\*approved\*\* by b\\<b\\>, 2026-02-01T12:00:00\.000Z: ok\n/)
  assert.match(text, /- Migrated by: Ana\n- Verified by: b\\<b\\>\n- Date: 2026-02-01\n/)
  assert.match(text, /\| 2026-01-31T12:00:00\.000Z \| pause \| a\\\|b \| {2}\| ana \| one two \|/)
})

test('without gates the sign-off is left to be filled in, and nothing is said of operators', () => {
  const text = renderReport(report({}))
  assert.match(text, /- Verified by: _+\n- Date: _+\n/)
  assert.doesNotMatch(text, /What operators did/)
})

test('the way back: how it was prepared, the command, and how to give up what is kept', () => {
  const text = renderReport(report({ setAside: ['DROP TABLE a.b', 'DROP SCHEMA a'] }))
  assert.match(text, /`longhaul rollback app-1`; `longhaul rollback app-1 --check` says first/)
  assert.match(text, /as prepared before the first write: 1 table, 7 rows: \\`kept\\`\./)
  assert.match(text, /~~~sql\nDROP TABLE a\.b;\nDROP SCHEMA a;\n~~~/)
  assert.match(renderReport(report({ touched: false })), /Nothing of this run is in the target/)
})

test('tables that an operator left out are named, and not called unchecked', () => {
  const text = renderReport(report({ skippedTables: ['singer'] }))
  assert.match(text, /\*\*left out\*\* by an operator: table singer/)
  assert.match(text, /\| singer \| 3 \| .* \| left out \|/)
})
