import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { buildPlan, requestMistakes } from '../../model/build-plan.ts'
import { planRequest } from '../../model/plan-request.ts'
import { parsePlanFile } from '../../model/planfile-parse.ts'
import { showPlan } from '../../model/show-plan.ts'
import { assess, ENDPOINTS, existing, existingColumn, planOf, said, target } from './world.ts'

const TWO_TRUTHS = readFileSync(new URL('two-truths.sql', import.meta.url), 'utf8')
const GOLDEN = new URL('golden/two-truths.txt', import.meta.url)

const OPTIMIZED = `
reason: guide 3
tables:
  token_transactions: { columns: { transaction_id: { type: uuid }, metadata: { type: jsonb } } }
  user_sessions:
    target: sessions
    columns: { session_id: { type: uuid }, permissions: { type: jsonb }, ip_address: { type: inet, target: ip } }
accept: [view-not-converted]
`

test('the plan of guide 3 reads as it did (LONGHAUL_GOLDEN=write makes it anew)', () => {
  const shown = showPlan(planOf(TWO_TRUTHS, { file: OPTIMIZED })).replace(
    /\b[0-9a-f]{64}\b|(?<=^Plan )\w+/g,
    'HASH',
  )
  if (process.env.LONGHAUL_GOLDEN === 'write') writeFileSync(GOLDEN, shown)
  assert.equal(shown, readFileSync(GOLDEN, 'utf8'))
})

test('an identity goes on after the last number given out, not after the greatest left', () => {
  const [users] = planOf(TWO_TRUTHS, { tables: ['users'] }).what.tables
  assert.deepEqual(users!.columns[0]!.identity, { last: '9' })
  const [plain] = planOf('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (-5)').what.tables
  assert.deepEqual(plain!.columns[0]!.identity, {})
})

test('the largest table is copied first', () => {
  const { what } = planOf(`
    CREATE TABLE small (a); CREATE TABLE large (a);
    INSERT INTO small VALUES (1); INSERT INTO large VALUES (zeroblob(1000));`)
  assert.deepEqual(
    what.tables.map(({ name }) => name),
    ['large', 'small'],
  )
})

test('no row passes the size that the plan gives for the largest', () => {
  const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b);
    INSERT INTO t VALUES (1, printf('%.*c', 500, 'x'), zeroblob(30)), (2, 'añ', printf('%.*c', 70, 'x'))`
  const [all] = planOf(sql).what.tables
  assert.equal(all!.largestRow, 8 + 500 + 70)
  const columns = [
    existingColumn('id', 'bigint', { type: { kind: 'integer', bits: 64 } }),
    existingColumn('b', 'text', { type: { kind: 'text' } }),
  ]
  const used = planOf(sql, { target: { tables: [existing('t', columns)] }, ifExists: 'use' })
  assert.equal(used.what.tables[0]!.largestRow, 8 + 70)
})

test('integers beyond 2^53 are marked, so that they are read whole', () => {
  const { what } = planOf(
    'CREATE TABLE t (a INT, b INT); INSERT INTO t VALUES (9007199254740992, 9007199254740991)',
  )
  assert.deepEqual(
    what.tables[0]!.columns.map(({ wide }) => wide),
    [true, false],
  )
})

test('what the request names and the source does not have is told at once, with its place', () => {
  const sql = 'CREATE TABLE users (id INTEGER, email TEXT); CREATE VIEW people AS SELECT 1'
  const text = 'version: 1\nexclude: [people]\ntables:\n  user: {}\n  Users:\n    columns: { emial: {} }\n'
  const { file } = parsePlanFile(text, 'plan.yaml')
  const request = planRequest(ENDPOINTS, { tables: ['users', 'userz'] }, file)
  const mistakes = requestMistakes(assess(sql).schema, request)
  assert.deepEqual(
    mistakes.map(({ line, column, path, message, remedy }) => [line, column, path, message, remedy]),
    [
      [0, 0, '--tables', 'the source has no table userz', 'Did you mean users?'],
      [2, 11, 'exclude.0', 'people is a view, and only tables are copied', 'There are users'],
      [4, 3, 'tables.user', 'the source has no table user', 'Did you mean users?'],
      [6, 16, 'tables.Users.columns.emial', 'the table users has no such column', 'Did you mean email?'],
    ],
  )
  const plan = planOf(sql, { tables: ['userz'] })
  assert.ok(said(plan).includes('refused request-names-nothing --tables'))
})

test('tables that the user leaves out are named in the plan, with their triggers', () => {
  const plan = planOf(TWO_TRUTHS, { exclude: ['guesses'] })
  const left = plan.what.leftOut.filter(({ name }) => ['guesses', 'count_guess'].includes(name))
  assert.deepEqual(
    left.map(({ kind, reason }) => [kind, reason]),
    [
      ['table', 'the plan leaves this table out'],
      ['trigger', 'the plan leaves its table out'],
    ],
  )
  assert.ok(!said(plan).some(line => line.includes('count_guess')))
})

test('rows that break NOT NULL are copied, and the rule is left out', () => {
  const assessment = assess(
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, NULL), (2, 'x')",
  )
  assessment.schema.tables[0]!.columns[1]!.notNull = true
  const plan = buildPlan({ assessment, target: target(), request: planRequest(ENDPOINTS, {}) })
  assert.deepEqual(said(plan), ['incomplete not-null-left-out t.b'])
  assert.equal(plan.what.tables[0]!.columns[1]!.notNull, false)
})

test('a primary key with NULL in it becomes a UNIQUE constraint, to which foreign keys still point', () => {
  const plan = planOf(`
    CREATE TABLE t (a TEXT, b INT, CONSTRAINT k PRIMARY KEY (a, b));
    INSERT INTO t VALUES (NULL, 1), (NULL, 1), ('x', 2);
    CREATE TABLE u (a TEXT, b INT, FOREIGN KEY (a, b) REFERENCES t)`)
  assert.deepEqual(said(plan), ['warning primary-key-as-unique table t'])
  const [t, u] = ['t', 'u'].map(name => plan.what.tables.find(table => table.name === name)!)
  assert.equal(t!.primaryKey, undefined)
  assert.deepEqual(t!.uniques, [{ columns: ['a', 'b'], name: 'k' }])
  assert.deepEqual(
    t!.columns.map(({ notNull }) => notNull),
    [false, false],
  )
  assert.deepEqual(t!.key, ['a', 'b'])
  assert.deepEqual(
    u!.foreignKeys.map(({ references }) => references.columns),
    [['a', 'b']],
  )
})

test('a primary key without NULL stays one, and NOT NULL with it', () => {
  const plan = planOf("CREATE TABLE t (a TEXT PRIMARY KEY); INSERT INTO t VALUES ('x')")
  assert.deepEqual(plan.what.tables[0]!.primaryKey, { columns: ['a'], name: 't_pkey' })
  assert.equal(plan.what.tables[0]!.columns[0]!.notNull, true)
})

test('a type of the plan file is taken where the values prove it, else refused with one that fits', () => {
  const sql = `CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES ('{}', 'no json')`
  const plan = planOf(sql, { file: 'tables: { t: { columns: { a: { type: jsonb }, b: { type: jsonb } } } }' })
  assert.deepEqual(plan.what.tables[0]!.columns[0]!.type, { kind: 'json', binary: true })
  assert.deepEqual(said(plan), ['refused values-do-not-fit t.b'])
  assert.match(plan.findings[0]!.remedy!, /b: \{ type: text \}/)
  assert.doesNotMatch(JSON.stringify(plan.findings), /no json/)
})

test('times without an offset become instants where the plan file says so', () => {
  const sql = `CREATE TABLE t (a DATETIME); INSERT INTO t VALUES ('2024-01-01 00:00:00')`
  const plan = planOf(sql, { file: 'tables: { t: { columns: { a: { type: timestamptz } } } }' })
  assert.deepEqual(said(plan), ['warning read-as-utc t.a'])
})

test('limits that a copy would only meet after hours are met in the plan', async t => {
  const columns = (count: number, type: string) =>
    Array.from({ length: count }, (_, i) => `c${i} ${type}`).join(', ')
  const long = `CREATE TABLE t (a TEXT UNIQUE); INSERT INTO t VALUES (printf('%.*c', 2693, 'x'))`
  const cases: [string, string, string[]][] = [
    ['1,601 columns', `CREATE TABLE t (${columns(1601, 'BOOLEAN')})`, ['refused too-many-columns table t']],
    ['a key of 2,693 bytes', long, ['warning key-by-hash table t']],
    [
      'a key of several columns that is too long',
      long.replace('TEXT UNIQUE', 'TEXT, b, UNIQUE (a, b)').replace("'x'))", "'x'), 1)"),
      ['refused key-too-long table t'],
    ],
    ['a key of 2,692 bytes', long.replace('2693', '2692'), []],
    [
      'an index whose parts are too long together',
      `CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX i ON t (a, b);
       INSERT INTO t VALUES (printf('%.*c', 2000, 'x'), 'x'), ('x', printf('%.*c', 2000, 'x'))`,
      ['warning key-may-be-too-long index i'],
    ],
    [
      'rows of 8,800 fixed bytes',
      `CREATE TABLE t (${columns(1100, 'INT NOT NULL DEFAULT 1')}); INSERT INTO t DEFAULT VALUES`,
      ['refused row-too-wide table t'],
    ],
    [
      'sparse rows that may be too wide',
      `CREATE TABLE t (${columns(1100, 'INT')}); INSERT INTO t DEFAULT VALUES`,
      ['warning row-may-be-too-wide table t'],
    ],
    [
      'short texts, which stay in their page in full',
      `CREATE TABLE t (${columns(400, "TEXT NOT NULL DEFAULT 'twenty-two bytes of it'")}); INSERT INTO t DEFAULT VALUES`,
      ['refused row-too-wide table t'],
    ],
    [
      'one wide row among sparse ones',
      `CREATE TABLE t (${columns(600, "TEXT DEFAULT 'more than twenty-four bytes'")});
       INSERT INTO t (c1) VALUES (NULL); INSERT INTO t (c2) VALUES (NULL)`,
      ['refused row-too-wide table t'],
    ],
    [
      'texts that become types of fewer bytes',
      `CREATE TABLE t (${columns(450, "TIMESTAMP DEFAULT '2024-01-01 00:00:00'")}); INSERT INTO t (c1) VALUES (NULL)`,
      [],
    ],
    [
      'names of the ledger',
      'CREATE TABLE longhaul_run (a); CREATE TABLE longhaul_runs (a)',
      ['refused name-reserved table longhaul_run'],
    ],
  ]
  for (const [name, sql, wanted] of cases)
    await t.test(name, () => assert.deepEqual(said(planOf(sql)), wanted))
})

test('what the target must offer', async t => {
  const sql = 'CREATE TABLE t (a)'
  const schema = { name: 'app', exists: false, canCreate: false }
  const writer = { pid: 42, role: 'app', application: 'web', state: 'idle in transaction' }
  const cases: [string, Parameters<typeof planOf>[1], string[]][] = [
    ['UTF-8', { target: { encoding: 'LATIN1' } }, ['refused target-encoding target']],
    [
      'a schema, or the right to make one',
      { target: { schema, canCreateSchema: false } },
      ['refused schema-missing schema app'],
    ],
    ['a schema that is made', { target: { schema } }, []],
    [
      'a place for the records of the run',
      { target: { takesLedger: false } },
      ['refused no-place-for-ledger target'],
    ],
    [
      'a comparison keeps none',
      { target: { takesLedger: false }, scope: 'check' },
      ['refused table-missing table t'],
    ],
    [
      'the right to make tables',
      { target: { schema: { name: 'public', exists: true, canCreate: false } } },
      ['refused no-create-right schema public'],
    ],
    ['a server that is not too old', { target: { version: 130014 } }, ['refused target-too-old target']],
    ['nobody else who writes', { target: { writers: [writer] } }, ['warning target-in-use target']],
    [
      'a name that is free',
      { target: { relations: [{ name: 't', kind: 'view' }] } },
      ['refused name-taken table t'],
    ],
  ]
  for (const [name, wish, wanted] of cases)
    await t.test(name, () => assert.deepEqual(said(planOf(sql, wish)), wanted))
  assert.deepEqual(
    said(planOf('CREATE TABLE t (a); INSERT INTO t VALUES (1)', { target: { freeBytes: 7 } })),
    ['refused no-room target'],
  )
})

test('a consent that covers nothing is told: it may be spelled wrong', () => {
  const sql = 'CREATE TABLE t (a); CREATE VIEW v AS SELECT changes() AS n'
  assert.deepEqual(said(planOf(sql, { accept: ['view-not-translated:view w', 'all-listed'] })), [
    'incomplete view-not-translated view v',
    'warning accept-covers-nothing view-not-translated:view w',
  ])
})
