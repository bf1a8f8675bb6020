import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPlan } from '../../model/hash-plan.ts'
import type { Plan } from '../../model/plan.ts'
import { showPlan } from '../../model/show-plan.ts'
import type { CollationThere } from '../../model/target.ts'
import { createTable } from '../../stores/postgres/ddl.ts'
import { existing, existingColumn, planOf, said } from './world.ts'

const THERE: CollationThere[] = [
  ...['C', 'POSIX', 'de-x-icu', 'de-AT-x-icu', 'en_US.utf8'].map(name => ({
    ...{ schema: 'pg_catalog', name, exact: true },
  })),
  { schema: 'public', name: 'caseless', exact: false },
  { schema: 'Other one', name: 'german', exact: true },
]
const WITH = { target: { collations: THERE } }

/** `table.column` and its collation, of all texts. */
const collations = ({ what }: Plan) =>
  Object.fromEntries(
    what.tables.flatMap(({ name, columns }) =>
      columns
        .filter(({ type }) => type.kind === 'text')
        .map(({ name: column, collation }) => [`${name}.${column}`, collation]),
    ),
  )

test('texts by bytes are compared so in the target, whatever their type; those without case as the database does', () => {
  const plan = planOf(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b VARCHAR(20), c TEXT COLLATE BINARY, n TEXT COLLATE NOCASE,
                     r TEXT COLLATE RTRIM, up TEXT AS (upper(a)) STORED, at DATE, x BLOB)`,
    WITH,
  )
  assert.deepEqual(collations(plan), {
    ...{ 't.a': '"C"', 't.b': '"C"', 't.c': '"C"', 't.r': '"C"', 't.up': '"C"' },
    't.n': undefined,
  })
  assert.equal(plan.what.policies.collation, '"C"')
  const [sql] = createTable(plan.what.tables[0]!).sql
  assert.match(sql!, /"a" text COLLATE "C",\n {2}"b" character varying\(20\) COLLATE "C",/)
  assert.match(sql!, /"up" text COLLATE "C" GENERATED ALWAYS AS/)
  assert.match(sql!, /"n" text,/)
})

test('columns that foreign keys join have one collation', () => {
  const joined = `
    CREATE TABLE a (k TEXT COLLATE NOCASE PRIMARY KEY);
    CREATE TABLE b (k TEXT REFERENCES a, plain TEXT); CREATE TABLE c (k TEXT REFERENCES b (k));
    CREATE TABLE p (k TEXT PRIMARY KEY); CREATE TABLE q (k TEXT REFERENCES p, word TEXT)`
  assert.deepEqual(collations(planOf(joined, WITH)), {
    ...{ 'a.k': undefined, 'b.k': undefined, 'b.plain': '"C"', 'c.k': undefined },
    ...{ 'p.k': '"C"', 'q.k': '"C"', 'q.word': '"C"' },
  })
  const asked = planOf(joined, {
    ...WITH,
    file: 'tables: { q: { columns: { k: { collation: de-x-icu } } }, c: { columns: { k: { collation: C } } } }',
  })
  assert.deepEqual(collations(asked), {
    ...{ 'a.k': '"C"', 'b.k': '"C"', 'b.plain': '"C"', 'c.k': '"C"' },
    ...{ 'p.k': '"de-x-icu"', 'q.k': '"de-x-icu"', 'q.word': '"C"' },
  })
})

test('a child of a table that is loaded into has the collation that its parent has there', () => {
  const source = `CREATE TABLE p (k TEXT PRIMARY KEY); CREATE TABLE q (k TEXT REFERENCES p, v TEXT)`
  const there = (collation?: string) =>
    existing(
      'p',
      [
        existingColumn('k', 'text', {
          ...{ type: { kind: 'text' }, notNull: true },
          ...(collation && { collation }),
        }),
      ],
      { primaryKey: ['k'] },
    )
  for (const collation of [undefined, '"C"', '"de-x-icu"']) {
    const plan = planOf(source, {
      target: { collations: THERE, tables: [there(collation)] },
      ifExists: 'use',
    })
    assert.deepEqual(collations(plan), { 'p.k': undefined, 'q.k': collation, 'q.v': '"C"' })
  }
})

test('the plan file names another for all, or for one', () => {
  const source = 'CREATE TABLE t (a TEXT, b TEXT COLLATE NOCASE, c TEXT)'
  const chosen = (file: string) => collations(planOf(source, { ...WITH, file }))
  const column = (collation: string) => `tables: { t: { columns: { c: { collation: ${collation} } } } }`
  assert.deepEqual(chosen('collation: default'), { 't.a': undefined, 't.b': undefined, 't.c': undefined })
  assert.deepEqual(chosen('collation: C'), { 't.a': '"C"', 't.b': undefined, 't.c': '"C"' })
  const german = '"de-x-icu"'
  assert.deepEqual(chosen('collation: de-x-icu'), { 't.a': german, 't.b': german, 't.c': german })
  assert.deepEqual(chosen(column('default')), { 't.a': '"C"', 't.b': undefined, 't.c': undefined })
  assert.equal(chosen(column('en_US.utf8'))['t.c'], '"en_US.utf8"')
  assert.equal(chosen(column('Other one.german'))['t.c'], '"Other one"."german"')
  assert.equal(chosen(`collation: default\n${column('C')}`)['t.c'], '"C"')
})

test('a collation that is not there refuses the plan, once, with what is meant or there', () => {
  const source = 'CREATE TABLE t (a TEXT, b TEXT)'
  const plan = planOf(source, {
    ...WITH,
    file: `collation: de-x-ico
tables: { t: { columns: { a: { collation: de-x-ico }, b: { collation: german } } } }`,
  })
  assert.deepEqual(said(plan), ['refused collation-unknown t.b', 'refused collation-unknown the plan file'])
  const [german, all] = plan.findings.map(({ message, remedy }) => `${message}. ${remedy}`)
  assert.match(
    all!,
    /no collation "?de-x-ico"?. Did you mean "?de-x-icu"?\? Write C, default, or one of the 7/,
  )
  assert.match(german!, /no collation german. Write C, default, or one of the 7 .*C/)
  // What no new table needs is not looked up.
  assert.deepEqual(said(planOf('CREATE TABLE t (a INTEGER)', { ...WITH, file: 'collation: de-x-ico' })), [])
})

test('where nobody looked at a target, the name stands as it is', () => {
  const plan = planOf('CREATE TABLE t (a TEXT)', { file: 'collation: de-x-icu' })
  assert.deepEqual(said(plan), [])
  assert.equal(plan.what.policies.collation, '"de-x-icu"')
})

test('a collation that calls different texts equal is told; what the source compares it compares by bytes', () => {
  const plan = planOf('CREATE TABLE t (a TEXT CHECK (a <> upper(a)))', {
    ...WITH,
    file: 'collation: caseless',
  })
  assert.deepEqual(said(plan), ['warning collation-not-exact the plan file'])
  assert.match(plan.what.tables[0]!.checks[0]!.expression, /"a" COLLATE "C"\) <> /)
})

test('a collation for what is no text is refused, for a table that is there it is not set', () => {
  const file = 'tables: { t: { columns: { n: { collation: de-x-icu } } } }'
  assert.deepEqual(said(planOf('CREATE TABLE t (n INTEGER)', { ...WITH, file })), [
    'refused collation-without-text t.n',
  ])
  const tables = [existing('t', [existingColumn('n', 'text', { type: { kind: 'text' } })])]
  const kept = planOf('CREATE TABLE t (n TEXT)', {
    ...{ target: { collations: THERE, tables }, file, ifExists: 'use' },
  })
  assert.deepEqual(said(kept), ['warning collation-of-target-kept t.n'])
  assert.deepEqual(collations(kept), { 't.n': undefined })
  assert.equal(kept.what.policies.collation, undefined)
})

test('a table that is replaced is a new one', () => {
  const tables = [existing('t', [existingColumn('a', 'text', { type: { kind: 'text' } })])]
  const plan = planOf('CREATE TABLE t (a TEXT)', {
    target: { collations: THERE, tables },
    ifExists: 'replace',
  })
  assert.deepEqual(collations(plan), { 't.a': '"C"' })
})

test('the plan shows it, and another one is another plan', () => {
  const source = 'CREATE TABLE t (a TEXT, b TEXT)'
  const usual = planOf(source, WITH)
  const other = planOf(source, {
    ...WITH,
    file: 'tables: { t: { columns: { b: { collation: de-x-icu } } } }',
  })
  assert.match(showPlan(usual), /texts {5}compared by collation "C", by their bytes as in the source/)
  assert.match(showPlan(usual), / {2}a {2}text {2}--.*\n {2}b {2}text {2}--/)
  assert.match(showPlan(other), / {2}a {2}text {2}--.*\n {2}b {2}text COLLATE "de-x-icu" {2}--/)
  assert.notEqual(other.hash, usual.hash)
  assert.doesNotMatch(showPlan(planOf(source, { ...WITH, file: 'collation: default' })), /collation|COLLATE/i)
})

test('a plan that says nothing of collations goes on without', () => {
  const plan = planOf('CREATE TABLE t (a TEXT NOT NULL)', WITH)
  const { collation: _, ...policies } = plan.what.policies
  const tables = plan.what.tables.map(table => ({
    ...table,
    columns: table.columns.map(({ collation: _, ...column }) => column),
  }))
  const what = { ...plan.what, policies, tables }
  assert.match(createTable(tables[0]!).sql[0]!, /"a" text NOT NULL/)
  assert.doesNotMatch(showPlan({ ...plan, what, hash: hashPlan(what) }), /collation|COLLATE/i)
})
