import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parsePlanFile } from '../../model/planfile-parse.ts'
import { RULES } from '../../model/rules.ts'

const withRules = (lines: string) => parsePlanFile(`version: 1\nrules:\n${lines}`, 'plan.yaml')

test('the page on rules shows each kind, and parses', () => {
  const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8')
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(page)!
  const { file, mistakes } = parsePlanFile(yaml!, 'plan.yaml')
  assert.deepEqual(mistakes, [])
  assert.deepEqual(new Set(file?.rules?.map(({ kind }) => kind)), new Set(RULES))
})

test('rules become what they say, with their places', () => {
  const { file, mistakes } = withRules(`
  - rows: { table: users, expected: 1500, within: 5.5% }
  - orphans: all
  - orphans: { table: o, columns: [a, b], references: { table: p } }
  - allowed: { table: d, column: s, values: [Draft, 1, true] }
    name: states
  - unique: { table: d, columns: [a] }
  - same: SELECT 1
  - constraints: { index: 0 }`)
  assert.deepEqual(mistakes, [])
  assert.deepEqual(file?.rules, [
    { kind: 'rows', table: 'users', expected: 1500, within: { percent: 5.5 } },
    { kind: 'orphans', all: true },
    { kind: 'orphans', table: 'o', columns: ['a', 'b'], references: { table: 'p' } },
    { name: 'states', kind: 'allowed', table: 'd', column: 's', values: ['Draft', 1, true], orNull: false },
    { kind: 'unique', table: 'd', columns: ['a'], ignoreCase: false },
    { kind: 'same', source: 'SELECT 1', target: 'SELECT 1' },
    { kind: 'constraints', counts: { index: 0 } },
  ])
  assert.deepEqual(file?.positions['rules.1'], { line: 5, column: 5 })
})

/** Each line is one entry, with what is said of it. */
const MISTAKES: [entry: string, ...said: string[]][] = [
  [
    'rows: { tabel: users }',
    'rules[0].rows.table: table is missing. Give it a text',
    'rules[0].rows.tabel: there is no such key here. Did you mean table?',
  ],
  [
    'row: { table: users }',
    'rules[0].row: there is no such key here. Did you mean rows?',
    'rules[0]: a rule needs its kind.',
  ],
  [
    'rows: { table: users, min: 3, within: 5 }',
    'rules[0].rows: a number is expected here, or bounds, not both.',
  ],
  ['rows: { table: users, min: 3, max: 2 }', 'rules[0].rows.min: min is larger than max.'],
  [
    'rows: { table: users, expected: 3, within: many }',
    'rules[0].rows.within: this is neither a number of rows nor a part of them. Write 20, or 5%',
  ],
  ['orphans: al', 'rules[0].orphans: this is not written as it must be. Write `orphans: all`, or a map'],
  [
    'orphans: { table: o, columns: [u], references: { tabel: p } }',
    'rules[0].orphans.references.table: table is missing.',
    'rules[0].orphans.references.tabel: there is no such key here. Did you mean table?',
  ],
  [
    'orphans: { table: o, columns: [u], references: { table: p, columns: [a, b] } }',
    'rules[0].orphans.references: it has another number of columns.',
  ],
  ['allowed: { table: d, column: s, values: [] }', 'rules[0].allowed.values: this is too small or empty.'],
  [
    'allowed: { table: d, column: s, values: [[1]] }',
    'rules[0].allowed.values[0]: one value is expected here, not a list.',
  ],
  [
    'required: { table: d, columns: a }',
    'rules[0].required.columns: a list is expected here, not a text. Write a list',
  ],
  [
    'json: { table: d, column: j, shape: { type: objekt, propertes: {} } }',
    'rules[0].json.shape.type: type takes null, boolean',
    'rules[0].json.shape.propertes: longhaul does not know this keyword of JSON Schema. Did you mean properties?',
  ],
  ['range: { table: d, column: j }', 'rules[0].range: a range without bounds says nothing.'],
  ['no-rows: " "', 'rules[0].no-rows: there is no query here that a server could read. Write a SELECT'],
  ['same: { source: x }', 'rules[0].same.target: target is missing.'],
  ['same: [x]', 'rules[0].same: this is not written as it must be. Write one SQL text for both sides'],
  ['constraints: {}', 'rules[0].constraints: no number is given here.'],
  [
    '{ no-rows: SELECT 1, same: SELECT 1 }',
    'rules[0]: these are several rules in one. Write each as an entry of its own',
  ],
  ['5', 'rules[0]: a map of keys is expected here, not a number.'],
]

test('each mistake is told with its place and a remedy', () => {
  for (const [entry, ...said] of MISTAKES) {
    const { mistakes } = withRules(`  - ${entry}\n`)
    const lines = mistakes.map(({ path, message, remedy }) => `${path}: ${message}. ${remedy}`)
    assert.equal(lines.length, said.length, lines.join('\n'))
    for (const words of said)
      assert.ok(
        lines.some(line => line.startsWith(words)),
        `${words}\n${lines.join('\n')}`,
      )
    assert.ok(mistakes.every(({ line }) => line === 3))
  }
})
