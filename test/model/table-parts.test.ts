/** Checks, generated columns, indexes and foreign keys of tables, as the plan has them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planAndExpressions } from '../../model/build-plan.ts'
import type { TablePlan } from '../../model/plan.ts'
import { planRequest, type RequestOptions } from '../../model/plan-request.ts'
import { assess, ENDPOINTS, planOf, said, target } from './world.ts'

const tableOf = (sql: string, name = 't'): TablePlan =>
  planOf(sql).what.tables.find(table => table.name === name)!

/** Plans with ids rejected, and with facts that the scan finds. */
function plan(sql: string, { rejected = {}, orphans = 0, broken = 0, ...options }: Wish = {}) {
  const assessment = assess(sql)
  for (const [i, facts] of assessment.tables.entries()) {
    const { foreignKeys, checks } = assessment.schema.tables[i]!
    facts.foreignKeys = foreignKeys.map(() => ({ orphans, ...(orphans && { example: 'id = 3' }) }))
    facts.checks = checks.map(() => ({ broken, ...(broken && { example: 'id = 4' }) }))
  }
  const request = planRequest(ENDPOINTS, options)
  return planAndExpressions({
    ...{ assessment, request, target: target() },
    rejected: new Map(Object.entries(rejected)),
  })
}
interface Wish extends RequestOptions {
  rejected?: Record<string, string>
  orphans?: number
  broken?: number
}

test('checks keep their names, others get those of PostgreSQL', () => {
  const { checks } = tableOf(`
    CREATE TABLE t (a INTEGER CHECK (a > 0) CHECK (a < 9), b INTEGER, CONSTRAINT "my check" CHECK (b <> a),
                    CHECK (a + b > 3), CONSTRAINT t_a_check1 CHECK (b > 0))`)
  assert.deepEqual(
    checks.map(({ name }) => name),
    ['t_a_check', 't_a_check2', 'my check', 't_check', 't_a_check1'],
  )
  assert.equal(checks[0]!.notValid, undefined)
})

test('two checks of one name, and one named as a key', () => {
  const { checks } = tableOf(`
    CREATE TABLE t (a INTEGER PRIMARY KEY, CONSTRAINT c CHECK (a > 0), CONSTRAINT c CHECK (a > 1),
                    CONSTRAINT t_pkey CHECK (a > 2))`)
  assert.equal(new Set(['t_pkey', ...checks.map(({ name }) => name)]).size, 4)
  assert.equal(checks[0]!.name, 'c')
})

test('a check that the types of the target see to is not made', () => {
  const planned = planOf(`
    CREATE TABLE t (a INTEGER CHECK (1)); INSERT INTO t VALUES (1)`)
  assert.deepEqual(planned.what.tables[0]!.checks, [])
  assert.deepEqual(said(planned, true), ['note check-always-true table t'])
})

test('a check that rows break binds new rows only, and is told with a key', () => {
  const { plan: planned } = plan('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0))', {
    broken: 2,
  })
  assert.equal(planned.what.tables[0]!.checks[0]!.notValid, true)
  const [finding] = planned.findings
  assert.equal(finding!.code, 'check-violated')
  assert.equal(finding!.severity, 'incomplete')
  assert.match(finding!.message, /^2 rows break its check t_a_check/)
  assert.equal(finding!.example, 'id = 4')
})

test('a renamed column is renamed in expressions; the row number has its names', () => {
  const planned = planOf(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (t.A > 0 AND rowid > 0),
                     b INTEGER AS (a + 1) STORED); CREATE INDEX i ON t (abs(a)) WHERE a > 5`,
    { file: 'tables: { t: { columns: { a: { target: "new a" }, id: { target: key } } } }' },
  )
  const [t] = planned.what.tables
  assert.match(t!.checks[0]!.expression, /"new a"/)
  assert.match(t!.checks[0]!.expression, /"key"/)
  assert.equal(t!.checks[0]!.name, 't_check')
  assert.match(t!.columns[2]!.generated!, /"new a"/)
  assert.match(t!.indexes[0]!.parts[0]!.expression!, /"new a"/)
  assert.match(t!.indexes[0]!.where!, /"new a"/)
  assert.deepEqual(said(planned), [])
})

test('a generated column that reads another one has its expression in its place', () => {
  const planned = planOf(`
    CREATE TABLE t (c INTEGER AS (b + 1) STORED, b INTEGER AS (a * 2) VIRTUAL, a INTEGER CHECK (b < 100))`)
  const [c, b] = planned.what.tables[0]!.columns
  assert.match(b!.generated!, /"a"/)
  assert.match(c!.generated!, /"a"/)
  assert.doesNotMatch(c!.generated!, /"b"/)
  assert.match(planned.what.tables[0]!.checks[0]!.expression, /"b"/)
  assert.deepEqual(said(planned, true), ['note virtual-becomes-stored t.b'])
})

test('what cannot be translated is kept with its SQL and the reason', () => {
  const planned = planOf(`
    CREATE TABLE t (a TEXT CHECK (a GLOB c), b TEXT AS (printf('%!.3g', a)) STORED,
                    c TEXT CHECK (c <> printf('%!.3g', a)));
    CREATE UNIQUE INDEX i ON t (printf('%!.3g', a)); CREATE INDEX j ON t (a) WHERE printf('%!.3g', a) = 'x'`)
  assert.deepEqual(said(planned), [
    'incomplete index-not-translated index i',
    'incomplete index-not-translated index j',
    'incomplete generated-column-as-plain t.b',
    'incomplete check-not-translated table t',
    'incomplete check-not-translated table t',
  ])
  const [t] = planned.what.tables
  assert.deepEqual([t!.checks, t!.indexes, t!.columns[1]!.generated], [[], [], undefined])
  assert.deepEqual(planned.what.leftOut.map(({ kind }) => kind).sort(), [
    'check',
    'check',
    'generated column',
    'index',
    'index',
  ])
  assert.match(planned.what.leftOut.find(({ kind }) => kind === 'check')!.sql, /^CHECK \(/)
  assert.match(planned.findings[0]!.message, /unique is not kept/)
})

const RULES = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0), b INTEGER AS (a * 2) STORED,
                  c INTEGER AS (b + 1) STORED);
  CREATE INDEX i ON t (a, abs(a)) WHERE a > 5`

test('each expression is handed out for trying, over the names of columns', () => {
  const { expressions } = plan(RULES)
  assert.deepEqual(
    expressions.map(({ id, kind, condition, source }) => [id, kind, condition, source]).sort(),
    [
      ['check:t:0', 'check', true, 'a > 0'],
      ['generated:t:b', 'generated', false, 'a * 2'],
      ['generated:t:c', 'generated', false, 'b + 1'],
      ['part:i:1', 'index part', false, 'abs(a)'],
      ['where:i', 'index condition', true, 'a > 5'],
    ],
  )
  const c = expressions.find(({ id }) => id === 'generated:t:c')!
  assert.match(c.sql, /"b"/)
  assert.deepEqual(c.type, { kind: 'integer', bits: 64 })
})

test('what does not do the same there is left out with that reason', () => {
  for (const { id } of plan(RULES).expressions) {
    const { plan: planned, expressions } = plan(RULES, { rejected: { [id]: 'it gives something else' } })
    assert.ok(!expressions.some(expression => expression.id === id), id)
    assert.equal(planned.what.leftOut.length, 1, id)
    assert.match(planned.what.leftOut[0]!.reason, /it gives something else/)
  }
  const { plan: planned } = plan(RULES, { rejected: { 'generated:t:b': 'no' } })
  assert.match(planned.what.tables[0]!.columns[3]!.generated!, /"b"/)
})

const LOWER = { expression: 'pg_catalog.lower("a" COLLATE "C")', descending: false }

test('what ignores case or blanks is kept unique by an index on an expression', () => {
  const planned = planOf(`
    CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b TEXT, c INTEGER COLLATE NOCASE UNIQUE,
                    CONSTRAINT both UNIQUE (b COLLATE RTRIM, c));
    CREATE INDEX i ON t (a DESC, a COLLATE BINARY, b COLLATE NOCASE)`)
  const [t] = planned.what.tables
  assert.deepEqual(t!.uniques, [{ columns: ['c'], name: 't_c_key' }])
  const byName = new Map(t!.indexes.map(index => [index.name, index]))
  assert.deepEqual(byName.get('t_a_key'), { name: 't_a_key', unique: true, parts: [LOWER] })
  assert.deepEqual(byName.get('both')!.parts, [
    { expression: `pg_catalog.rtrim("b", ' ')`, descending: false },
    { column: 'c', descending: false },
  ])
  assert.deepEqual(byName.get('i')!.parts, [
    { ...LOWER, descending: true },
    { column: 'a', descending: false },
    { expression: 'pg_catalog.lower("b" COLLATE "C")', descending: false },
  ])
  assert.deepEqual(said(planned), [
    'warning collation-by-index index i',
    'warning collation-by-index t.a',
    'warning collation-by-index table t',
  ])
})

test('a key that ignores case is a key, with the unique index beside it', () => {
  for (const sql of [
    'CREATE TABLE t (a TEXT PRIMARY KEY COLLATE NOCASE)',
    'CREATE TABLE t (a TEXT, PRIMARY KEY (a COLLATE NOCASE))',
    'CREATE TABLE t (a TEXT, PRIMARY KEY (a COLLATE NOCASE)) WITHOUT ROWID',
  ]) {
    const t = tableOf(sql)
    assert.deepEqual(t.primaryKey, { columns: ['a'], name: 't_pkey' })
    assert.deepEqual(t.indexes, [{ name: 't_a_key', unique: true, parts: [LOWER] }])
  }
})

test('a foreign key to what ignores case has a constraint to point to, and is told', () => {
  const planned = planOf(`
    CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE); CREATE TABLE u (a TEXT REFERENCES t (a))`)
  const t = planned.what.tables.find(({ name }) => name === 't')!
  assert.deepEqual(t.uniques, [{ columns: ['a'], name: 't_a_key' }])
  assert.deepEqual(t.indexes, [{ name: 't_a_key1', unique: true, parts: [LOWER] }])
  assert.deepEqual(said(planned), ['warning collation-by-index t.a', 'warning foreign-key-exact u.a'])
})

test('a text that is too long for an index is told also where the index is on an expression', () => {
  const planned = planOf(`
    CREATE TABLE t (a TEXT UNIQUE COLLATE NOCASE); INSERT INTO t VALUES (printf('%.*c', 3000, 'x'))`)
  assert.ok(said(planned).includes('warning key-by-hash index t_a_key'))
  assert.equal(planned.what.tables[0]!.indexes[0]!.method, 'hash')
})

const LONG = "printf('%.*c', 3000, 'x')"

test('long keys are kept unique by hash, and foreign keys to them are told', () => {
  const planned = planOf(`
    CREATE TABLE t (a TEXT CONSTRAINT k PRIMARY KEY, b TEXT, c TEXT);
    CREATE INDEX plain ON t (b DESC); CREATE UNIQUE INDEX part ON t (c) WHERE c <> '';
    INSERT INTO t VALUES (${LONG}, ${LONG}, ${LONG});
    CREATE TABLE u (a TEXT REFERENCES t)`)
  const t = planned.what.tables.find(({ name }) => name === 't')!
  assert.equal(t.primaryKey, undefined)
  assert.deepEqual(
    t.indexes.map(({ name, unique, method, where }) => [name, unique, method, where]),
    [
      ['plain', false, 'hash', undefined],
      ['part', true, 'hash', `("c" <> '')`],
      ['k', true, 'hash', undefined],
    ],
  )
  assert.ok(t.indexes.every(({ parts }) => !parts[0]!.descending))
  assert.deepEqual(said(planned), [
    'incomplete foreign-key-not-converted u.a',
    'warning key-by-hash index part',
    'warning key-by-hash index plain',
    'warning key-by-hash table t',
  ])
})

test('no trigger leans on what is unique by hash, as if ON CONFLICT could name it', () => {
  const into = (words: string) =>
    said(
      planOf(`
    CREATE TABLE t (a TEXT PRIMARY KEY, b INT); INSERT INTO t VALUES (${LONG}, 1); CREATE TABLE u (a TEXT);
    CREATE TRIGGER g AFTER INSERT ON u BEGIN ${words}; END`),
    ).filter(line => line.includes('trigger'))
  const refused = ['incomplete trigger-not-translated trigger g']
  assert.deepEqual(into('INSERT OR REPLACE INTO t VALUES (NEW.a, 1)'), refused)
  assert.deepEqual(into('INSERT INTO t VALUES (NEW.a, 1) ON CONFLICT (a) DO UPDATE SET b = 2'), refused)
  assert.deepEqual(into('INSERT OR IGNORE INTO t VALUES (NEW.a, 1)'), [])
})

const CHILD = 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a INTEGER REFERENCES p)'
const keyOf = ({ what }: ReturnType<typeof planOf>) =>
  what.tables.find(({ name }) => name === 'c')!.foreignKeys[0]!

test('rows without a parent need consent, and the foreign key then binds new rows', () => {
  const { plan: open } = plan(CHILD, { orphans: 3 })
  assert.deepEqual(said(open), ['consent foreign-key-violated c.a'])
  assert.match(open.findings[0]!.message, /^3 rows find no parent in p/)
  assert.match(open.findings[0]!.remedy!, /`tables: \{ c: \{ orphans: not-valid \} \}`/)
  assert.equal(open.findings[0]!.example, 'id = 3')
  assert.equal(keyOf(open).notValid, undefined)
  const { plan: accepted } = plan(CHILD, { orphans: 3, accept: ['foreign-key-violated:c.a'] })
  assert.equal(keyOf(accepted).notValid, true)
  assert.equal(keyOf(plan(CHILD).plan).notValid, undefined)
})

test('the line of the plan file is consent enough', () => {
  const sql = `PRAGMA foreign_keys = OFF; ${CHILD}; INSERT INTO c VALUES (4711)`
  assert.deepEqual(said(planOf(sql)), ['consent foreign-key-violated c.a'])
  const planned = planOf(sql, { file: 'tables: { c: { orphans: not-valid } }' })
  assert.deepEqual(said(planned), ['warning foreign-key-violated c.a'])
  assert.equal(keyOf(planned).notValid, true)
  assert.doesNotMatch(JSON.stringify(planned), /4711/)
})

test('a generated column is in a foreign key unless an action would write it', () => {
  const sql =
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a INTEGER, b INTEGER AS (a) STORED REFERENCES p ON DELETE'
  assert.equal(tableOf(`${sql} CASCADE)`, 'c').foreignKeys.length, 1)
  assert.deepEqual(said(planOf(`${sql} SET NULL)`)), ['incomplete foreign-key-not-converted c.b'])
})
