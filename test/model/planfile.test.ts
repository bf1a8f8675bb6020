import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { planFileJsonSchema } from '../../model/planfile.ts'
import { parsePlanFile } from '../../model/planfile-parse.ts'

const GOOD = `
version: 1
name: two-truths
reason: the SQLite file has grown too large
operator: ada
source: sqlite:app.db
target: postgresql://app@db.example/app
schema: app
tables:
  users:
    target: members
    columns:
      id: { type: integer }
      balance: { type: "numeric(10,2)", target: amount }
      note: { cast: strip-nul }
      data: { type: jsonb, on_error: default, default: "{}" }
      gone: { on_error: default, default: null }
  old_users: { skip: true }
  "order": { on_error: quarantine, orphans: not-valid }
exclude: [scratch]
types: declared
if_exists: use
on_failure: rollback
accept: [view-not-converted, "collation-not-converted:users.name"]
how: { chunk_rows: 50000, chunk_bytes: 1048576, tables: 3, lanes: 1 }
`

test('a plan file becomes what it says, with the places of its names', () => {
  const { file, mistakes } = parsePlanFile(GOOD, 'plan.yaml')
  assert.deepEqual(mistakes, [])
  const { positions, ...said } = file!
  assert.deepEqual(said, {
    file: 'plan.yaml',
    name: 'two-truths',
    reason: 'the SQLite file has grown too large',
    operator: 'ada',
    source: 'sqlite:app.db',
    target: 'postgresql://app@db.example/app',
    schema: 'app',
    tables: {
      users: {
        skip: false,
        target: 'members',
        columns: {
          id: { type: { kind: 'integer', bits: 32 } },
          balance: { type: { kind: 'numeric', precision: 10, scale: 2 }, target: 'amount' },
          note: { conversion: 'strip-nul' },
          data: { type: { kind: 'json', binary: true }, onError: 'default', fallback: '{}' },
          gone: { onError: 'default', fallback: null },
        },
      },
      old_users: { skip: true, columns: {} },
      order: { skip: false, onError: 'quarantine', orphans: 'not-valid', columns: {} },
    },
    exclude: ['scratch'],
    types: 'declared',
    ifExists: 'use',
    onFailure: 'rollback',
    accept: ['view-not-converted', 'collation-not-converted:users.name'],
    how: { chunkRows: 50_000, chunkBytes: 1_048_576, tables: 3, lanes: 1 },
  })
  assert.deepEqual(positions['tables.users.columns.balance'], { line: 14, column: 7 })
  assert.deepEqual(positions['exclude.0'], { line: 20, column: 11 })
})

const TEN_MISTAKES = `version: 2
nmae: spring move
source: postgresql://app:hunter2@db/app
types: infered
if_exists: 5
how: { chunk_rows: 0, lane: 3 }
tables:
  users:
    columns:
      id: { type: bigintt }
  users: {}
accept: ["Nope!"]
`

test('ten mistakes are reported at once, each with its line and a remedy, and no password', () => {
  const { file, mistakes } = parsePlanFile(TEN_MISTAKES, 'plan.yaml')
  assert.equal(file, undefined)
  assert.deepEqual(
    mistakes.map(({ line, path, remedy }) => [line, path, remedy]),
    [
      [1, 'version', 'Write 1, without quotes'],
      [2, 'nmae', 'Did you mean name?'],
      [
        3,
        'source',
        'Take it out and set PGPASSWORD or PGPASSFILE, or name a stored connection instead of the URL',
      ],
      [4, 'types', 'Did you mean inferred?'],
      [5, 'if_exists', 'Use one of refuse, use, append, replace, upsert'],
      [6, 'how.chunk_rows', 'Write at least 1'],
      [6, 'how.lane', 'Did you mean lanes?'],
      [10, 'tables.users.columns.id.type', 'Did you mean bigint?'],
      [11, '', 'Keep one of the two'],
      [12, 'accept[0]', 'Write CODE, CODE:table.column or all-listed'],
    ],
  )
  assert.doesNotMatch(JSON.stringify(mistakes), /hunter2/)
})

/** A file that is wrong in one way, the line, and a word of the message or the remedy. */
const WRONG: [string, number, RegExp][] = [
  ['', 1, /version: 1/],
  ['- a', 1, /a map of keys is expected here, not a list/],
  ['version: "1"', 1, /Write 1, without quotes/],
  ['version: 1\ntables: 5', 2, /a list or a map/],
  ['version: 1\ntables: [a, 5]', 2, /quotes/],
  ['version: 1\ntables:\n  a: 5', 3, /a map of keys/],
  ['version: 1\n\ttables: x', 2, /tabs/],
  ['version: 1\ntarget: [a', 2, /bracket/],
  ['version: 1\ntarget: "a', 2, /quote/],
  ['version: 1\ntarget: *nothing', 1, /alias/],
  ['version: 1\n---\nversion: 1', 2, /more than one document/],
  ['version: 1\nname: a b', 2, /letters/],
  ['version: 1\ntypes: optimised', 2, /optimized/],
  ['version: 1\ntables: { t: { columns: { c: { cast: strip-null } } } }', 2, /strip-nul/],
  ['version: 1\ntables: { t: { columns: { c: { default: 1 } } } }', 2, /on_error: default/],
  ['version: 1\ntables: { t: { on_error: keep } }', 2, /quarantine/],
  ['version: 1\ntables: { t: { on_error: default, columns: { c: { default: {} } } } }', 2, /one value/],
  ['version: 1\nhow: { lanes: 1.5 }', 2, /whole number/],
  ['version: 1\nhow: { lanes: 1000 }', 2, /at most 64/],
  ['version: 1\ntarget: postgresql://h/d?password=hunter2', 2, /password/],
  ['version: 1\ntarget: "postgresql://u:hunter2', 2, /quote/],
]

test('each mistake is told by its line', async t => {
  for (const [text, line, words] of WRONG) {
    await t.test(JSON.stringify(text), () => {
      const { file, mistakes } = parsePlanFile(text, 'plan.yaml')
      assert.equal(file, undefined)
      assert.equal(mistakes[0]?.line, line)
      assert.match(JSON.stringify(mistakes), words)
      assert.doesNotMatch(JSON.stringify(mistakes), /hunter2/)
    })
  }
})

test('no text makes the parser throw, and a file without a mistake is a file', () => {
  const lines = fc.constantFrom(
    ...GOOD.split('\n'),
    ...TEN_MISTAKES.split('\n'),
    'tables: [',
    '  - x',
    '&a [*a]',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(lines).map(some => some.join('\n')),
  )
  fc.assert(
    fc.property(text, content => {
      const { file, mistakes } = parsePlanFile(content, 'plan.yaml')
      assert.equal(file === undefined, mistakes.length > 0)
      for (const mistake of mistakes) assert.ok(mistake.line >= 1 && mistake.message && mistake.remedy)
    }),
    { numRuns: 500 },
  )
})

test('the published JSON Schema is the one that the code makes', () => {
  const published = readFileSync(new URL('../../docs/plan.schema.json', import.meta.url), 'utf8')
  assert.deepEqual(JSON.parse(published), planFileJsonSchema())
})
