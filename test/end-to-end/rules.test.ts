/** Rules of a plan: each kind holds, and is broken; the run ends with status 4, says which one, and nothing else. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ReportDocument } from '../../model/report/document.ts'
import { reportSchema } from '../../model/report/schema.ts'
import type { RuleResult } from '../../model/rules.ts'
import { openWorld, type Target } from './world.ts'

const world = await openWorld()

const SHOP = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, born TEXT, score REAL);
  CREATE TABLE "Doc ""s""" (id INTEGER PRIMARY KEY, "owner;--" INTEGER REFERENCES users (id), status TEXT NOT NULL,
    meta TEXT, n INTEGER CHECK (n < 100), made TIMESTAMP);
  CREATE TABLE version (id INTEGER PRIMARY KEY, doc INT, at DATE);
  CREATE INDEX by_status ON "Doc ""s""" (status);
  INSERT INTO users VALUES (1, 'a@x', 'Ada', '1815-12-10', 0.1), (2, 'A@X', ' ', NULL, 0.2), (3, 'é@x', 'Emmy', '', 0.3);
  INSERT INTO "Doc ""s""" VALUES (1, 1, 'Draft', '{"a": 1}', 5, '2024-01-01 10:00:00'), (2, NULL, 'Final', '[1]', NULL, NULL),
    (3, 2, 'final', 'no json', -7, '2026-01-01 00:00:00');
  INSERT INTO version VALUES (1, 1, '2024-02-29'), (2, 9, '2024-01-01'), (3, NULL, NULL);`

const DOCS = `'Doc "s"'`

/** Kind by kind: rules that hold, and rules that do not, with what is said of them. */
const HOLD = `
  - rows: { table: users }
  - rows: { table: users, min: 1 }
  - rows: { table: users, expected: 4, within: 25% }
  - orphans: all
  - orphans: { table: version, columns: [id], references: { table: ${DOCS} } }
  - allowed: { table: ${DOCS}, column: status, values: [Draft, Final, final] }
  - allowed: { table: ${DOCS}, column: n, values: [5, -7], or_null: true }
  - required: { table: users, columns: [email] }
  - unique: { table: users, columns: [email] }
  - unique: { table: users, columns: [born, name] }
  - json: { table: ${DOCS}, column: meta }
  - json: { table: ${DOCS}, column: meta, shape: { anyOf: [{ required: [a], type: object }, { items: { maximum: 2 }, type: array }] } }
  - range: { table: ${DOCS}, column: n, min: -7, max: 5 }
  - range: { table: ${DOCS}, column: made, max: 2026-01-01 }
  - range: { table: version, column: at, min: 2024-01-01 }
  - no-rows: SELECT 1 FROM papers WHERE n > 99; -- the table under its name in the target
  - same: SELECT count(*), avg(score), avg(id) FROM users
  - same: { source: 'SELECT id, "owner;--", made FROM "Doc ""s"""', target: 'SELECT id, owner, made FROM papers ORDER BY 1 DESC' }
  - constraints: { primary_key: 3, foreign_key: 1, unique: 0, check: 1, index: 4 }
  - constraints: { table: version, not_null: 1 }`

test('rules that hold change nothing, and stand in the report', async () => {
  const { status, rules, all, report, markdown, html } = await full(HOLD, {
    sql: SHOP.replace('no json', '[]'),
  })
  assert.equal(status, 0, all)
  assert.deepEqual(new Set(rules.map(({ verdict }) => verdict)), new Set(['holds']))
  assert.equal(rules.length, 20)
  reportSchema.shape.rules.parse(report.rules)
  assert.match(markdown, /^## Rules$/m)
  assert.match(html, /id="rules"/)
})

const RENAMED = `
tables:
  'Doc "s"':
    target: papers
    columns: { "owner;--": { target: owner } }
`

const NONE = { differences: [], rules: [], report: {} as ReportDocument, markdown: '', html: '' }

interface Ended {
  status: number | string
  all: string
  differences: string[]
  rules: RuleResult[]
  report: ReportDocument
  markdown: string
  html: string
}

async function full(
  rules: string,
  more: { sql?: string; words?: string[]; target?: Target; command?: string } = {},
): Promise<Ended> {
  const source = world.source(more.sql ?? SHOP)
  const plan = `${source}.yaml`
  writeFileSync(plan, `version: 1\n${RENAMED}rules:${rules}\n`)
  const { url } = more.target ?? (await world.target())
  const words = ['--from', `sqlite:${source}`, '--to', url, '--plan', plan, ...(more.words ?? ['--json'])]
  const said = await world.run([more.command ?? 'full', ...words])
  if (!said.out.startsWith('{')) return { ...NONE, status: said.status, all: said.all }
  const { result } = JSON.parse(said.out)
  const [report, markdown, html] = ['json', 'markdown', 'html'].map(form =>
    readFileSync(result.report[form], 'utf8'),
  )
  const document: ReportDocument = JSON.parse(report!)
  return {
    ...{ status: said.status, all: said.all, differences: result.differences, rules: document.rules ?? [] },
    ...{ report: document, markdown: markdown!, html: html! },
  }
}

const BROKEN: [rule: string, said: RegExp][] = [
  ['rows: { table: users, min: 4, max: 9 }', /^rule rows users: it has 3 rows, and 4 to 9 are expected$/],
  ['rows: { table: users, expected: 40, within: 5 }', /3 rows, and 35 to 45 are expected$/],
  [
    `orphans: { table: version, columns: [doc], references: { table: ${DOCS} } }`,
    /^rule orphans version \(doc\): one row points to no row of papers$/,
  ],
  [
    `allowed: { table: ${DOCS}, column: status, values: [Draft, Final] }`,
    /^rule allowed "Doc \\"s\\"".status: one row has another value$/,
  ],
  [`allowed: { table: ${DOCS}, column: n, values: [5] }`, /one row has another value, one row has NULL$/],
  [
    'required: { table: users, columns: [email, name, born] }',
    /^rule required users \(email, name, born\): name is missing in 1 row, born is missing in 2 rows$/,
  ],
  ['unique: { table: users, columns: [email], ignore_case: true }', /: 2 rows share 1 key$/],
  [`json: { table: ${DOCS}, column: meta }`, /^rule json .*: 1 value is no JSON$/],
  [
    `json: { table: ${DOCS}, column: meta, shape: { type: object } }`,
    /: 1 value is no JSON, 1 value has another shape$/,
  ],
  [`range: { table: ${DOCS}, column: n, min: 0, max: 4 }`, /: one row is below 0, one row is above 4$/],
  ['range: { table: version, column: at, min: 2024-01-02 }', /: one row is below 2024-01-02$/],
  [
    'no-rows: SELECT id FROM papers WHERE n IS NOT NULL',
    /^rule no-rows \(number \d+\): it gives 2 rows, and none are expected$/,
  ],
  ['no-rows: SELECT nobody FROM papers', /: not checked: could not check it: column "nobody" does not exist/],
  ['no-rows: SELECT 1 / (id - 1) FROM papers', /: not checked: could not check it: division_by_zero/],
  [
    'same: { source: SELECT id FROM users, target: SELECT id FROM users WHERE id > 1 }',
    /: it gives 3 rows in the source and 2 in the target$/,
  ],
  [
    'same: { source: SELECT id FROM users, target: SELECT id + 1 FROM users }',
    /: it gives 3 rows on both sides, and not the same ones$/,
  ],
  [
    'same: { source: "SELECT id, name FROM users", target: SELECT id FROM users }',
    /: it has 2 columns in the source and 1 in the target$/,
  ],
  [
    'constraints: { foreign_key: 2, primary_key: 3, index: 3 }',
    /^rule constraints: foreign key: 1, and 2 expected; index: 4, and 3 expected$/,
  ],
]

test('rules that do not hold are differences, each by its name, and nothing else is', async () => {
  const target = await world.target()
  const { status, differences, rules, report, markdown } = await full(
    BROKEN.map(([rule]) => `\n  - ${rule}`).join(''),
    { target },
  )
  assert.equal(status, 4)
  for (const [i, [rule, said]] of BROKEN.entries()) assert.match(differences[i] ?? '', said, rule)
  assert.equal(differences.length, BROKEN.length)
  assert.deepEqual(
    rules.filter(({ verdict }) => verdict === 'not checked').map(({ kind }) => kind),
    ['no-rows', 'no-rows'],
  )
  assert.equal(report.headline.title, 'Complete, with broken rules')
  assert.match(report.headline.text, /source and target are equal, but 18 rules of the plan do not hold$/)
  assert.match(markdown, /^\| rows users \| rows \| \*\*broken\*\* \|/m)
  assert.doesNotMatch(markdown, /no json|A@X/)
})

const REFUSED: [rule: string, said: RegExp][] = [
  ['rows: { table: user }', /the source has no table user Did you mean users\?/],
  ['required: { table: users, columns: [mail] }', /table users has no column mail Did you mean email\?/],
  [`range: { table: ${DOCS}, column: made, max: tomorrow }`, /a bound of timestamp.* has to be a time as in/],
  ['range: { table: users, column: name, max: 5 }', /text has no range/],
  [`allowed: { table: ${DOCS}, column: n, values: [many] }`, /one of its values does not fit/],
  ['no-rows: SELEC 1', /PostgreSQL cannot read it: syntax error at or near "SELEC", at its character 1/],
  ['no-rows: DELETE FROM papers RETURNING id', /PostgreSQL cannot read it: syntax error at or near "DELETE"/],
  ['no-rows: SELECT 1; DROP TABLE bait', /it has several statements/],
  ['no-rows: "SELECT 1) AS q; DROP TABLE bait; --"', /PostgreSQL cannot read it: syntax error/],
  [
    'same: { source: SELECT nobody FROM users, target: SELECT 1 }',
    /SQLite cannot read it: no such column: nobody/,
  ],
  [
    'same: { source: DELETE FROM users RETURNING id, target: SELECT 1 }',
    /SQLite cannot read it: it is no query/,
  ],
]

test('a rule that cannot be checked is refused before anything is written, with its line', async () => {
  const target = await world.target('CREATE TABLE bait (id int)')
  const rules = REFUSED.map(([rule]) => `\n  - ${rule}`).join('')
  const { status, all } = await full(rules, { target, words: [] })
  assert.equal(status, 3, all)
  const flat = all.replace(/\s+/g, ' ')
  for (const [rule, said] of REFUSED) assert.match(flat, said, rule)
  assert.match(all, /app\.db\.yaml:8:5: /)
  const tables = await target.rows(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)
  assert.deepEqual(tables, [['bait']])
})

test('check asks for the same rules, and leaves out those about tables that it does not compare', async () => {
  const target = await world.target()
  const source = world.source(SHOP)
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const plan = `${source}.yaml`
  writeFileSync(plan, `version: 1\n${RENAMED}vacuum: true\n`)
  const copied = await world.run(['full', ...ends, '--plan', plan, '--json'])
  assert.equal(copied.status, 0, copied.all)
  const vacuumed = await target.rows(
    `SELECT count(*)::int FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL AND last_analyze IS NOT NULL AND schemaname = 'public'`,
  )
  assert.deepEqual(vacuumed, [[3]])
  const report: ReportDocument = JSON.parse(readFileSync(JSON.parse(copied.out).result.report.json, 'utf8'))
  assert.match(
    report.steps.find(({ name }) => name === 'finish')?.detail ?? '',
    /VACUUM \(ANALYZE\) of 3 tables/,
  )

  writeFileSync(
    plan,
    `version: 1\n${RENAMED}rules:
  - rows: { table: users, max: 2 }
    name: few users
  - required: { table: version, columns: [doc] }
  - orphans: all\n`,
  )
  const check = (more: string[]) => world.run(['check', ...ends, '--plan', plan, '--json', ...more])
  const whole = JSON.parse((await check([])).out).result
  assert.deepEqual(whole.differences, [
    'rule few users: it has 3 rows, and at most 2 are expected',
    'rule required version (doc): doc is missing in 1 row',
  ])
  assert.deepEqual([whole.exit, whole.verdict], [4, 'different'])
  const part = JSON.parse((await check(['--tables', 'version'])).out).result
  assert.deepEqual(part.differences, ['rule required version (doc): doc is missing in 1 row'])
  const { notChecked }: ReportDocument = JSON.parse(readFileSync(part.report.json, 'utf8'))
  assert.ok(notChecked.includes('Rule few users: table users is not part of this run'), notChecked.join())
})

test('where only tables are made, constraints are counted and rows are not', async () => {
  const rules = `
  - rows: { table: users, min: 1 }
  - constraints: { primary_key: 4 }`
  const { status, differences, report } = await full(rules, { command: 'schema' })
  assert.equal(status, 4)
  assert.deepEqual(differences, ['rule constraints: primary key: 3, and 4 expected'])
  assert.ok(report.notChecked.includes('Rules of the plan about rows'))
})

test('a replay checks the rules anew', async () => {
  const source = world.source(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, n INT); INSERT INTO t (n) VALUES (1), ('N/A')`,
  )
  const { url } = await world.target()
  const plan = `${source}.yaml`
  const write = (column: string, rules = '') =>
    writeFileSync(plan, `version: 1\ntables: { t: { columns: { "n": ${column} } } }\n${rules}`)
  write('{ type: bigint, on_error: quarantine }', 'rules: [{ rows: { table: t } }, { same: SELECT 1 }]')
  const words = ['--from', `sqlite:${source}`, '--to', url, '--plan', plan, '--id', 'again', '--json']
  const ruleLines = (out: string) =>
    JSON.parse(out).result.differences.filter((line: string) => line.startsWith('rule '))
  const ran = await world.run(['full', ...words])
  assert.deepEqual(ruleLines(ran.out), ['rule rows t: it has 1 row, and 2 are expected'])
  write('{ type: bigint, on_error: default, default: 7 }')
  const replayed = await world.run(['replay', 'again', '--plan', plan, '--json'])
  assert.equal(replayed.status, 0, replayed.all)
  const { rules }: ReportDocument = JSON.parse((await world.run(['report', 'again', '--format', 'json'])).out)
  assert.deepEqual(
    rules?.map(({ kind, verdict }) => [kind, verdict]),
    [
      ['rows', 'holds'],
      ['same', 'holds'],
    ],
  )
})
