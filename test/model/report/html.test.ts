/** The report as a page: it holds whatever names it is given, and says what the facts are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportOf } from '../../../model/report/account.ts'
import type { ReportFacts, StandingTable } from '../../../model/report/document.ts'
import { htmlReport } from '../../../model/report/html/page.ts'
import { markdownReport } from '../../../model/report/markdown.ts'
import { STEPS } from '../../../model/run.ts'
import { assertAlone, readPage } from '../../support/page.ts'
import { everyText, facts, TABLE } from './sample.ts'

const page = (over: Partial<ReportFacts> = {}) => htmlReport(reportOf(facts(over)))
const textOf = (over: Partial<ReportFacts>) => readPage(page(over)).text

const standing = (over: Partial<StandingTable> = {}): StandingTable => ({
  ...{ schema: 'public', name: 'singer', rows: 3, bytes: 65_536, indexBytes: 16_384 },
  indexes: [
    { name: 'a', method: 'btree', keys: ['id'], where: 'id > 1', unique: true, valid: false, bytes: 16_384 },
  ],
  notValid: [{ kind: 'check', name: 'positive' }],
  ...over,
})

/** Something in every place that a report has. */
const FULL: ReportFacts = facts({
  result: {
    ...facts().result,
    ...{
      state: 'done with differences',
      exit: 4,
      verdict: 'different',
      planHash: 'abc',
      message: 'A message.',
    },
    differences: ['table "singer": source and target differ'],
    events: [
      { at: '2026-01-31T12:00:00.000Z', kind: 'skip', object: 'o', by: 'b', comment: 'c', detail: 'd' },
    ],
    signOffs: [
      { gate: 'before-cutover', decision: 'approved', by: 'b', comment: 'c', at: '2026-01-31T12:00:00.000Z' },
    ],
    report: { markdown: 'm', json: 'j', quarantine: 'q', altered: 'a', leftOut: 'l', host: 'h' },
  },
  tables: [
    { ...TABLE, verdict: 'different', quarantined: 1, altered: 1, error: 'e', note: 'n' },
    { ...TABLE, name: 'other' },
  ],
  request: { ...facts().request, reason: 'r', exclude: ['x'], accept: ['orphan-rows'] },
  findings: [
    { code: 'orphan-rows', severity: 'consent', object: 'o', message: 'm', remedy: 'r' },
    { code: 'view-not-translated', severity: 'incomplete', object: 'view v', message: 'm', remedy: 'r' },
    { code: 'any', severity: 'note', object: 'o', message: 'm' },
  ],
  leftOut: [{ kind: 'view', name: 'v', sql: 'CREATE VIEW', reason: 'r' }],
  views: [{ name: 'v', verdict: 'not compared', reason: 'r' }],
  rules: [
    { name: 'n', kind: 'required', verdict: 'broken', rows: 2, reason: 'r' },
    { name: 'n', kind: 'rows', verdict: 'holds' },
  ],
  snapshot: { how: 'h', bytes: 1, seconds: 1, since: 's' },
  failure: 'f',
  skippedTables: ['other'],
  setAside: ['DROP TABLE a'],
  pace: { began: '2026-01-31T12:00:00.000Z', secondsPerPoint: 0.5, rows: [1, 2], bytes: [1, 2] },
  objects: [{ kind: 'trigger', made: 2, failed: 0 }],
  repairs: [
    {
      at: '2026-01-31T12:00:00.000Z',
      kinds: ['missing'],
      tables: [
        {
          ...{ table: 't', verdict: 'different', reasons: ['r'] },
          done: { missing: 1, different: 0, surplus: 0 },
          left: { missing: 0, different: 2, surplus: 3 },
        },
      ],
      undo: 'u',
    },
  ],
  baseline: {
    before: { databaseBytes: 1, tables: [] },
    after: { databaseBytes: 2, tables: [standing()] },
  },
})

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></title><iframe src=//evil.example>',
  '<!-- & --> &lt;b&gt; ]]>',
  'javascript:alert(1)',
]

test('whatever stands in names and words, a page stays a page, asks for nothing, and shows it as it is', () => {
  const [plain] = [readPage(htmlReport(reportOf(FULL)))]
  for (const hostile of HOSTILE) {
    const source = htmlReport(reportOf(everyText(FULL, text => `${text}${hostile}`)))
    assertAlone(source)
    const { elements, text } = readPage(source)
    assert.deepEqual(elements, plain.elements)
    assert.ok(text.includes(hostile), hostile)
  }
})

test('what is invisible or turns the direction of writing is shown', () => {
  const source = page({ tables: [{ ...TABLE, name: 'evil\u202eexe\u0000.\u0007' }] })
  for (const hidden of ['\u202e', '\u0000', '\u0007']) assert.ok(!source.includes(hidden))
  assert.match(readPage(source).text, /evil\\u202eexe\\u0000\.\\u0007/)
})

test('the verdict stands on top, in words', () => {
  const { result } = facts()
  const told = (over: Partial<ReportFacts>) => {
    const { headline } = reportOf(facts(over))
    assert.ok(textOf(over).includes(headline.title))
    return [headline.tone, headline.title]
  }
  const failed = { ...result, state: 'failed' as const, verdict: 'not checked' as const }
  assert.deepEqual(told({}), ['good', 'Complete and valid'])
  assert.deepEqual(told({ result: { ...result, differences: ['d'] } }), [
    'warn',
    'Complete, with differences',
  ])
  assert.deepEqual(told({ result: { ...result, verdict: 'different', differences: ['d'] } }), [
    'bad',
    'Complete, with differences',
  ])
  const broken = { ...result, verdict: 'different' as const, differences: ['rule rows t: it has 1 row'] }
  assert.deepEqual(told({ result: broken }), ['bad', 'Complete, with broken rules'])
  assert.deepEqual(told({ result: broken, mode: 'check' }), ['bad', 'Rules of the plan are broken'])
  assert.deepEqual(told({ result: { ...failed, exit: 1 } }), ['bad', 'Failed'])
  assert.deepEqual(told({ result: { ...failed, exit: 3 }, touched: false }), ['bad', 'Refused'])
  assert.deepEqual(told({ result: { ...failed, state: 'rolled back', exit: 1 } }), [
    'bad',
    'Failed, and taken back',
  ])
  assert.deepEqual(told({ result: { ...failed, state: 'cancelled', exit: 130 } }), ['bad', 'Cancelled'])
  assert.deepEqual(told({ mode: 'check' }), ['good', 'Source and target are equal'])
  const takenBack = { run: 'r', at: '2026-02-01T12:00:00.000Z', whole: true, differences: 0 }
  assert.deepEqual(told({ takenBack }), ['plain', 'Taken back'])
})

test('steps are bars between their start and end; one that never began has none', () => {
  const steps = facts().steps.map(step =>
    step.name === 'report' ? { name: step.name, state: 'pending' as const } : step,
  )
  const { attributes, text } = readPage(page({ steps }))
  const fills = attributes.filter(attribute => /^x=/.test(attribute))
  assert.deepEqual(fills, ['x=0.00', 'x=16.67', 'x=33.33', 'x=50.00', 'x=66.67', 'x=83.33'])
  assert.match(text, /report pending/)
})

test('of thousands of tables those stand open of which there is something to say', () => {
  const tables = Array.from({ length: 5000 }, (_, i) => ({
    ...TABLE,
    name: `t${i}`,
    quarantined: i === 4321 ? 7 : 0,
  }))
  const source = page({ tables })
  const { text } = readPage(source)
  const closed = source.indexOf('<details>')
  assert.ok(source.indexOf('>t4321<') < closed)
  assert.match(text, /4,940 more tables, whole and equal/)
  assert.match(text, /And 2940 more, which the report as JSON has/)
})

test('a table that is new, one that stays, and indexes that are gone or not valid', () => {
  const kept = standing({ indexes: [], notValid: [] })
  const before = { databaseBytes: 1_048_576, tables: [standing({ rows: 7 })] }
  const after = { databaseBytes: 2_097_152, tables: [kept, standing({ name: 'new', rows: 5 })] }
  const text = textOf({ baseline: { before, after } })
  assert.match(text, /the database is 2 MiB, and was 1 MiB before the first write/)
  assert.match(text, /public\.singer ?7 → 3/)
  assert.match(text, /public\.new ?– → 5/)
  assert.match(text, /Rows of table public\.new against its check positive, which binds new rows only/)
  const unchanged = textOf({ baseline: { before, after: before } })
  assert.match(unchanged, /unique btree \(id\) where id > 1/)
  assert.match(unchanged, /not valid/)
})

test('reports of the first versions are read', () => {
  const { mode: _, tables, views: __, touched: ___, ...rest } = facts()
  const old = {
    ...rest,
    steps: STEPS.map(name => ({ name, state: 'pending' })),
    tables: tables.map(({ altered: _a, bytes: _b, ...table }) => table),
  } as unknown as ReportFacts
  const report = reportOf(old)
  assert.equal(report.headline.title, 'Complete and valid')
  assert.match(readPage(htmlReport(report)).text, /singer/)
  assert.match(markdownReport(report), /\| singer \| 3 \| 3 \| 3 \| 0 \| 0 \| 0 \| 3 \| 0 \| equal \|/)
})
