/** Differences of keys and rules in every form of the report. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportOf } from '../../../model/report/account.ts'
import { htmlReport } from '../../../model/report/html/page.ts'
import { markdownReport } from '../../../model/report/markdown.ts'
import { reportSchema } from '../../../model/report/schema.ts'
import type { SchemaCompared } from '../../../model/schema-compared.ts'
import { facts } from './sample.ts'

const compared = (object: string): SchemaCompared['differences'][number] => ({
  ...{ code: 'index-missing', severity: 'incomplete', object },
  message: 'the index a|b is missing',
  remedy: 'Run CREATE INDEX "a|b" ON <t>',
})

const SCHEMA: SchemaCompared = {
  differences: [compared('t.a'), compared('t.b')],
  counts: [{ kind: 'foreign key', expected: 3, found: 2 }],
  notCompared: ['The sequence of column t.c: the role may not read it'],
}

test('differences stand with what mends them, those that were accepted by name among the consents', () => {
  const given = facts({ schema: SCHEMA })
  const accept = ['all-listed', 'index-missing:t.a']
  const report = reportOf({ ...given, request: { ...given.request, accept } })
  reportSchema.shape.schema.parse(report.schema)
  assert.deepEqual(
    report.consents
      .filter(({ code }) => code === 'index-missing')
      .map(({ objects, given }) => [objects, given]),
    [[['t.a'], ['index-missing:t.a']]],
  )
  assert.ok(report.notChecked.includes(SCHEMA.notCompared[0]!))
  const text = markdownReport(report)
  assert.match(text, /## Schema\n/)
  assert.match(text, /\| foreign key \| 3 \| 2 \|/)
  assert.match(text, /- \*\*accepted\*\* `index-missing` t\.a: the index a\\\|b is missing\./)
  assert.match(text, /- \*\*difference\*\* `index-missing` t\.b: .* Run CREATE INDEX "a\\\|b" ON \\<t\\>\./)
  const page = htmlReport(report)
  assert.match(page, /<h2 id="schema-title">Schema<\/h2>/)
  assert.match(page, /difference, accepted<\/span> <code>index-missing<\/code>\s*<p><b>t\.a<\/b>/)
  assert.doesNotMatch(page, /ON <t>/)
})

test('a run whose schema nobody compared says so', () => {
  const lines = (scope: 'all' | 'data') => {
    const given = facts()
    const { notChecked } = reportOf({ ...given, request: { ...given.request, scope } })
    return notChecked.filter(line => line.startsWith('Keys, indexes'))
  }
  assert.deepEqual(lines('all'), [
    'Keys, indexes, rules and sequences against the plan: nobody compared them',
  ])
  assert.deepEqual(lines('data'), ['Keys, indexes, views and triggers: only rows were asked for'])
})
