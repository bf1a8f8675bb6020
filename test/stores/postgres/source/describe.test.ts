/** A source as it describes itself, on a real server. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { PostgresSchema, PostgresTable } from '../../../../model/postgres-schema.ts'
import { hangUp } from '../../../../sessions/black-hole.ts'
import { describeSource } from '../../../../stores/postgres/source/describe.ts'
import { withFacts, withPartitionFacts } from '../../../../stores/postgres/source/facts.ts'
import { type ScratchPostgres, startPostgres } from '../../../support/postgres.ts'
import { session } from '../../../support/session.ts'

const EVERYTHING = readFileSync(new URL('everything.sql', import.meta.url), 'utf8')

let postgres: ScratchPostgres
let everything: PostgresSchema

before(async () => {
  postgres = await startPostgres()
  everything = await described(EVERYTHING)
})
after(() => postgres.stop())

/** A database in which `sql` was run, as a session sees it that `work` gets. */
async function inDatabase<T>(sql: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = await postgres.createDatabase()
  const maker = new pg.Client({ connectionString: url })
  await maker.connect()
  await maker.query(sql)
  const client = await session(url)
  try {
    return await work(client)
  } finally {
    await hangUp(client)
    await maker.end()
  }
}

const described = (sql: string, schema = '*') => inDatabase(sql, client => describeSource(client, schema))

function table(name: string): PostgresTable {
  const found = everything.tables.find(table => table.name === name)
  assert.ok(found, `no table ${name} among ${everything.tables.map(({ name }) => name)}`)
  return found
}

const shapes = (name: string) =>
  Object.fromEntries(table(name).columns.map(column => [column.name, column.shape]))

test('Each table has a name of its own in plans, with its schema where that is not public', () => {
  assert.deepEqual(
    everything.tables.map(({ name, schema, relation }) => [name, schema, relation]),
    [
      ['App "1".we"ird, табл', 'App "1"', 'we"ird, табл'],
      ['"app"."users"', 'app', 'users'],
      ['"public"."app.users"', 'public', 'app.users'],
      ...['child', 'events', 'events_new', 'events_old', 'parent', 'spans', 'types', 'types_of'].map(name => [
        name,
        'public',
        name,
      ]),
    ],
  )
})

test('Columns have their types, defaults, numbers, collations and comments', () => {
  const odd = table('App "1".we"ird, табл')
  assert.deepEqual(odd.columns, [
    {
      ...{ name: 'i d', type: 'integer', shape: { kind: 'base', name: 'int4' }, notNull: true },
      numbered: 'serial',
    },
    {
      ...{ name: 'select', type: 'text', shape: { kind: 'base', name: 'text' }, notNull: true },
      ...{ default: "'it''s'::text", collation: '"App ""1"""."german"', comment: 'a word' },
    },
    {
      ...{ name: 'doubled', type: 'integer', shape: { kind: 'base', name: 'int4' }, notNull: false },
      generated: '"App ""1""".twice("i d")',
    },
  ])
  assert.equal(odd.comment, 'strange; "very"')
  assert.deepEqual(
    table('types').columns.flatMap(({ name, numbered }) => (numbered ? [[name, numbered]] : [])),
    [
      ['id', 'always'],
      ['two', 'default'],
    ],
  )
  // Draws from a sequence that another table owns: no number of its own.
  assert.equal(table('"app"."users"').columns[1]!.default, "nextval('public.types_id_seq'::regclass)")
})

test('Behind a type stands its shape, through arrays and domains', () => {
  const found = shapes('types')
  assert.deepEqual(found.n2, { kind: 'base', name: 'numeric', precision: 10, scale: 2 })
  assert.deepEqual(found.n3, { kind: 'base', name: 'numeric', precision: 5, scale: -2 })
  assert.deepEqual(found.v, { kind: 'base', name: 'varchar', length: 20 })
  assert.deepEqual(found.ts, { kind: 'base', name: 'timestamp', precision: 0 })
  assert.deepEqual(found.iv2, { kind: 'base', name: 'interval', precision: 2 })
  assert.deepEqual(found.na, {
    kind: 'array',
    element: { kind: 'base', name: 'numeric', precision: 6, scale: 1 },
  })
  assert.deepEqual(found.moa, { kind: 'array', element: { kind: 'enum', schema: 'public', name: 'mood' } })
  assert.deepEqual(found.ir, { kind: 'range', schema: 'pg_catalog', name: 'int4range' })
  assert.deepEqual(found.imr, { kind: 'multirange', schema: 'pg_catalog', name: 'int4multirange' })
  assert.deepEqual(found.p3, { kind: 'composite', schema: 'App "1"', name: 'point3' })
  assert.deepEqual(found.em, { kind: 'other', schema: 'public', name: 'citext' })
  assert.deepEqual(found.sm, {
    ...{ kind: 'domain', schema: 'App "1"', name: 'small' },
    base: { kind: 'base', name: 'int4' },
  })
})

test('A domain has the rules of those that it is made from as well', () => {
  assert.deepEqual(everything.enums, [
    { schema: 'public', name: 'mood', labels: ['sad', 'ok', `it's "fine"`] },
  ])
  const small = everything.domains.find(({ name }) => name === 'small')!
  assert.deepEqual(small, {
    ...{
      schema: 'App "1"',
      name: 'small',
      base: { kind: 'base', name: 'int4' },
      notNull: true,
      default: '7',
    },
    checks: [
      { name: 'small_check', expression: '((VALUE)::integer < 100)' },
      { name: 'positive_check', expression: '(VALUE > 0)' },
    ],
  })
})

test('Keys, checks, foreign keys and indexes are there with all that they say', () => {
  assert.deepEqual(table('App "1".we"ird, табл').primaryKey, { name: 'we"ird, табл_pkey', columns: ['i d'] })
  assert.deepEqual(table('App "1".we"ird, табл').checks, [
    { name: 'a check', expression: '(length("select") < 10)' },
  ])
  const [index] = table('App "1".we"ird, табл').indexes
  const { sql, ...parts } = index!
  assert.match(sql, /^CREATE UNIQUE INDEX "by ""word"""/)
  assert.deepEqual(parts, {
    ...{ name: 'by "word"', unique: true, method: 'btree', valid: true, where: '("i d" > 5)' },
    include: ['doubled'],
    parts: [
      { expression: 'lower("select")', descending: true, collation: '"App ""1"""."german"' },
      { column: 'i d', descending: false },
    ],
  })
  assert.equal(table('spans').indexes[0]!.exclusion, true)
  assert.deepEqual(
    table('child').foreignKeys.map(({ name, columns, references, onDelete, validated }) => [
      ...[name, columns, references.name, references.columns, onDelete, validated],
    ]),
    [
      ['child_extra_fkey', ['extra'], 'App "1".we"ird, табл', ['i d'], 'CASCADE', true],
      ['to parent', ['a', 'b'], 'parent', ['a', 'b'], 'NO ACTION', false],
    ],
  )
})

test('Partitions and heirs say whose they are, and a partition has the keys of the whole', () => {
  assert.equal(table('events').kind, 'partitioned')
  assert.equal(table('events_old').partitionOf, 'events')
  assert.deepEqual(table('events_old').foreignKeys, table('events').foreignKeys)
  assert.deepEqual(table('child').inherits, ['parent'])
})

test('Rows are read by a key that the session orders as its index does, else by place', () => {
  const access = Object.fromEntries(everything.tables.map(({ name, access }) => [name, access]))
  assert.deepEqual(access.types_of, { by: 'key', columns: ['id'] })
  // Its other key is of a type of an extension.
  assert.deepEqual(access.parent, { by: 'key', columns: ['a', 'b'] })
  assert.deepEqual(access.child, { by: 'ctid' })
  assert.deepEqual(access.events, { by: 'whole' })
})

test('Sequences stand where they stand, and know their columns', () => {
  assert.deepEqual(everything.sequences, [
    {
      ...{ schema: 'App "1"', name: 'we"ird, табл_i d_seq', last: '9', called: false },
      owner: { table: 'App "1".we"ird, табл', column: 'i d' },
    },
    { schema: 'public', name: 'counted', last: '5', called: false },
    {
      ...{ schema: 'public', name: 'types_id_seq', last: '10', called: false },
      owner: { table: 'types', column: 'id' },
    },
    {
      ...{ schema: 'public', name: 'types_two_seq', last: '1', called: false },
      owner: { table: 'types', column: 'two' },
    },
    { schema: 'public', name: 'used', last: '41', called: true },
  ])
})

test('A view comes after those that it reads', () => {
  assert.deepEqual(
    everything.views.map(({ name, materialized, columns }) => [name, materialized, columns]),
    [
      ['z_first', false, ['a']],
      ['a_second', false, ['next']],
      ['kept', true, ['next']],
    ],
  )
  assert.match(everything.views[0]!.query, /^SELECT .*a\s+FROM public\.parent$/s)
})

test('What is neither is listed, with the table that it belongs to', () => {
  assert.deepEqual(
    everything.others.map(({ kind, name, table }) => [kind, name, ...(table ? [table] : [])]),
    [
      ['aggregate', 'total(integer)'],
      ['collation', 'german'],
      ['composite type', 'point3'],
      ['extension', 'citext'],
      ['function', 'twice(n integer)'],
      ['function', 'touched()'],
      ['policy', 'mine', 'spans'],
      ['publication', 'everyone'],
      ['range type', 'span'],
      ['row security', 'spans', 'spans'],
      ['rule', 'quiet', 'spans'],
      ['statistics', 'together', 'parent'],
      ['trigger', 'on write', 'parent'],
    ],
  )
})

test('Named schemas alone are described; one that is not there is refused', async () => {
  const sql = 'CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (); CREATE TABLE b.t (); CREATE TABLE t ()'
  const { schemas, tables } = await described(sql, 'b, a')
  assert.deepEqual(schemas, ['a', 'b'])
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['a.t', 'b.t'],
  )
  await assert.rejects(described(sql, 'a,none'), { code: 'source', message: /schema "none"/ })
  await assert.rejects(described(sql, 'pg_catalog'), { code: 'source' })
})

test('The rows tell which values other engines lack', async () => {
  await inDatabase(VALUES, async client => {
    const { tables, version } = await describeSource(client, '*')
    const found: PostgresTable[] = []
    for (const table of tables) found.push(await withFacts(client, version, table))
    const facts = (name: string) => {
      const { rows, columns } = withPartitionFacts(found).find(table => table.name === name)!
      return { rows, ...Object.fromEntries(columns.map(({ name, facts }) => [name, facts])) }
    }
    assert.deepEqual(facts('odd "one"'), {
      rows: 3,
      n: { nan: true, infinite: true, digits: { whole: 4, scale: 3 } },
      f: { nan: true, negativeZero: true },
      d: { infinite: true, years: { min: -43, max: 12000 } },
      t: { longest: 5 },
      i: undefined,
      pos: { nan: true },
    })
    assert.deepEqual(facts('empty'), { rows: 0, n: {}, d: {}, t: {} })
    assert.deepEqual(facts('whole'), { rows: 0, at: { years: { min: 1999, max: 2024 } }, t: { longest: 6 } })
  })
})

const VALUES = `
  CREATE DOMAIN pos AS float8 CHECK (VALUE > 0);
  CREATE TABLE "odd ""one""" (n numeric, f real, d timestamptz, t text, i integer, pos pos);
  INSERT INTO "odd ""one""" VALUES
    ('NaN', '-0', '0044-03-15 00:00:00+00 BC', 'añ', 1, 'NaN'),
    (1234.125, 'NaN', 'infinity', NULL, 2, 1),
    ('-Infinity', 0, '12000-01-01 00:00:00+00', 'hello', 3, 2);
  CREATE TABLE empty (n numeric, d date, t text);
  CREATE TABLE whole (at date, t text) PARTITION BY RANGE (at);
  CREATE TABLE part1 PARTITION OF whole FOR VALUES FROM (MINVALUE) TO ('2000-01-01');
  CREATE TABLE part2 PARTITION OF whole FOR VALUES FROM ('2000-01-01') TO (MAXVALUE);
  INSERT INTO whole VALUES ('1999-12-31', 'abc'), ('2024-01-01', 'abcdef');`
