/** The schema of a target against plans, where the whole of it cannot be had, and where names are odd. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Client } from 'pg'
import type { TablePlan } from '../../../model/plan.ts'
import type { LogicalType } from '../../../model/types.ts'
import { addForeignKey, createTable } from '../../../stores/postgres/ddl.ts'
import { tableParts } from '../../../stores/postgres/plan-effects.ts'
import { setSequence } from '../../../stores/postgres/sequence.ts'
import { sameDefault } from '../../../stores/postgres/shape/defaults.ts'
import { sameExpression } from '../../../stores/postgres/shape/expression.ts'
import {
  compareSchemas,
  type Expectations,
  shapesOf,
  subjectsOf,
} from '../../../stores/postgres/shape/schema.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

const postgres = await startPostgres({ own: true })
after(() => postgres.stop())

const TEXT: LogicalType = { kind: 'text' }
const INTEGER: LogicalType = { kind: 'integer', bits: 32 }
const JSONB: LogicalType = { kind: 'json', binary: true }

const ODD = 'odd " name\\ $1'

/** One of everything, under names that need quotes. */
const odd: TablePlan = tablePlan(
  ODD,
  [
    columnPlan('id', INTEGER, { notNull: true, identity: { last: '3' } }),
    columnPlan('a "word"', TEXT, { default: `'it''s (a) word'`, collation: '"C"' }),
    columnPlan('document', JSONB),
    columnPlan('number', INTEGER, { default: '7' }),
    columnPlan('doubled', INTEGER, { generated: '"number" * 2' }),
  ],
  {
    primaryKey: { name: 'odd "key"', columns: ['id'] },
    uniques: [{ name: 'odd unique', columns: ['number', 'a "word"'] }],
    checks: [
      { name: 'odd "check"', expression: `"a ""word""" <> '' AND ("number" > 0 OR "number" IS NULL)` },
    ],
    indexes: [
      {
        ...{ name: 'odd "index"', unique: true, where: '"number" > 5' },
        parts: [
          { expression: 'lower("a ""word""")', descending: true },
          { column: 'number', descending: false },
        ],
      },
      { name: 'odd gin', unique: false, method: 'gin', parts: [{ column: 'document', descending: false }] },
      { name: 'odd hash', unique: true, method: 'hash', parts: [{ column: 'a "word"', descending: false }] },
    ],
    statistics: [{ name: 'odd stat', columns: ['number', 'doubled'] }],
    foreignKeys: [
      {
        ...{
          name: 'odd "self"',
          columns: ['number'],
          onUpdate: 'CASCADE',
          onDelete: 'SET NULL',
          deferred: true,
        },
        references: { schema: 'public', table: ODD, columns: ['id'] },
      },
    ],
  },
)

async function targetOf(tables: readonly TablePlan[], then = ''): Promise<{ url: string; client: Client }> {
  const url = await postgres.createDatabase()
  const client = await session(url)
  after(() => client.end().catch(() => {}))
  const effects = [
    ...tables.flatMap(table => [createTable(table), ...tableParts(table)]),
    ...tables.flatMap(table => table.foreignKeys.map(key => addForeignKey(table, key))),
    ...tables.flatMap(table =>
      table.columns.filter(c => c.identity).map(column => setSequence(table, column)),
    ),
  ]
  await client.query([...effects.flatMap(({ sql }) => sql), then].join(';\n'))
  return { url, client }
}

const MADE: Expectations = { ours: true, failed: () => false, told: () => false, step: () => {} }

async function found(client: Client, plans: readonly TablePlan[], expectations: Partial<Expectations> = {}) {
  const subjects = subjectsOf(plans, await shapesOf(client, plans))
  const { differences, notCompared, counts } = await compareSchemas(client, subjects, {
    ...MADE,
    ...expectations,
  })
  return { codes: differences.map(({ code }) => code).sort(), differences, notCompared, counts }
}

test('what the plan made is as planned, whatever its names, also where others have more', async () => {
  const { client } = await targetOf([odd], 'CREATE INDEX more ON "public"."odd "" name\\ $1" (number)')
  const { differences, notCompared, counts } = await found(client, [odd])
  assert.deepEqual({ differences, notCompared }, { differences: [], notCompared: [] })
  assert.deepEqual(
    counts.filter(({ expected, found }) => expected !== found),
    [{ kind: 'index', expected: 1, found: 2 }],
  )
})

test('the remedy of each difference mends it', async () => {
  const { client } = await targetOf([odd])
  const table = '"public"."odd "" name\\ $1"'
  await client.query(
    `
    ALTER TABLE ${table} DROP CONSTRAINT "odd ""self""", DROP CONSTRAINT "odd ""key""", DROP CONSTRAINT "odd unique",
      DROP CONSTRAINT "odd ""check""", DROP CONSTRAINT "odd hash", ALTER "a ""word""" DROP DEFAULT,
      ALTER "a ""word""" TYPE varchar(9) COLLATE "default", ALTER number SET DEFAULT 8, ALTER id DROP IDENTITY,
      ALTER id DROP NOT NULL;
    DROP INDEX "public"."odd ""index""", "public"."odd gin"; DROP STATISTICS "public"."odd stat"`,
  )
  const { codes, differences } = await found(client, [odd])
  assert.deepEqual(codes, [
    ...['check-missing', 'default-differs', 'default-missing', 'foreign-key-missing', 'identity-missing'],
    ...['index-missing', 'not-null-missing', 'primary-key-missing', 'statistics-missing', 'type-differs'],
    ...['unique-missing', 'unique-missing', 'unique-missing'],
  ])
  for (const { remedy } of differences) {
    const [, sql] = /Run (.*?)(?:, and set its sequence.*)?$/is.exec(remedy!)!
    await client.query(sql!)
  }
  assert.deepEqual((await found(client, [odd])).codes, ['sequence-behind'])
})

test('a role that may make no temporary tables learns what is missing, and what was not compared', async () => {
  const { client } = await targetOf([odd])
  await client.query(`
    DO $$ BEGIN EXECUTE format('REVOKE TEMP ON DATABASE %I FROM PUBLIC', current_database()); END $$;
    ALTER TABLE "public"."odd "" name\\ $1" ALTER "a ""word""" DROP DEFAULT, ALTER number SET DEFAULT 8;
    DROP INDEX "public"."odd ""index"""; CREATE ROLE reader; SET ROLE reader`)
  const { codes, notCompared } = await found(client, [odd])
  assert.deepEqual(codes, ['default-missing', 'unique-missing'])
  assert.equal(notCompared.length, 2)
  assert.match(
    notCompared[0]!,
    /^What defaults, checks.* of table "odd .*: the role may not make temporary tables/,
  )
  assert.match(notCompared[1]!, /^The sequence of column .*id".*: the role may not read it/)
})

test('a read-only server is asked for no tables', async () => {
  const { client } = await targetOf([odd])
  await client.query('SET default_transaction_read_only = on')
  const { codes, notCompared } = await found(client, [odd])
  assert.deepEqual(codes, [])
  assert.match(notCompared[0]!, /the target is read-only/)
})

test('an expression that the target does not take hides nothing of other tables', async () => {
  const many = Array.from({ length: 5 }, (_, i) =>
    tablePlan(`t${i}`, [columnPlan('n', INTEGER)], { checks: [{ name: `c${i}`, expression: 'n > 0' }] }),
  )
  const { client } = await targetOf(many, 'ALTER TABLE public.t4 DROP CONSTRAINT c4')
  const wrong = { ...many[1]!, checks: [{ name: 'c1', expression: 'no_such_function(n)' }] }
  const { differences, notCompared } = await found(client, many.with(1, wrong))
  assert.deepEqual(
    differences.map(({ code, object }) => [code, object]),
    [['check-missing', 'table t4']],
  )
  assert.match(notCompared.join(), /of table t1: the target does not take them/)
})

test('a table that somebody alters is not waited for', async () => {
  const plain = tablePlan('plain', [columnPlan('id', INTEGER, { identity: {}, notNull: true })], {})
  const { client, url } = await targetOf([plain])
  const other = await session(url)
  after(() => other.end().catch(() => {}))
  await other.query('BEGIN; LOCK TABLE public.plain IN ACCESS EXCLUSIVE MODE')
  await client.query(`SET lock_timeout = '100ms'`)
  const { codes, notCompared } = await found(client, [plain])
  assert.deepEqual(codes, [])
  assert.match(notCompared.join(), /^The sequence of column plain\.id: its table is locked/)
})

test('what a run has told is not told again, and what the plan made NOT VALID may stay so', async () => {
  const child = tablePlan('child', [columnPlan('n', INTEGER)], {
    checks: [
      { name: 'told', expression: 'n > 0' },
      { name: 'planned', expression: 'n > 1', notValid: true },
      { name: 'neither', expression: 'n > 2' },
    ],
    indexes: [{ name: 'failed', unique: false, parts: [{ column: 'n', descending: false }] }],
  })
  const { client } = await targetOf(
    [child],
    `ALTER TABLE public.child DROP CONSTRAINT told, DROP CONSTRAINT neither, ADD CONSTRAINT told CHECK (n > 0) NOT VALID,
       ADD CONSTRAINT neither CHECK (n > 2) NOT VALID; DROP INDEX public.failed`,
  )
  const { differences } = await found(client, [child], {
    failed: (_, { kind, name }) => kind === 'index' && name === 'failed',
    told: (_, { kind, name }) => kind === 'constraint for new rows' && name === 'told',
  })
  assert.deepEqual(
    differences.map(({ code, object, message }) => [code, object, message.includes('neither')]),
    [['check-not-validated', 'child.n', true]],
  )
})

test('of a table that was there before, only what is of no use is told', async () => {
  const { client } = await targetOf([odd])
  await client.query(`DROP INDEX "public"."odd ""index"""; SELECT setval('"public"."odd "" name\\ $1_id_seq"', 2);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"public"."odd gin"'::regclass`)
  const used: TablePlan = {
    ...odd,
    ...{ action: 'append', uniques: [], checks: [], indexes: [], statistics: [], foreignKeys: [] },
  }
  delete used.primaryKey
  const { codes, notCompared, counts } = await found(client, [used])
  assert.deepEqual(codes, ['index-invalid', 'sequence-behind'])
  assert.match(notCompared.join(), /it was there before the run/)
  assert.deepEqual(counts, [])
})

test('expressions are the same in other brackets and casts, and not with other values', () => {
  const same = (a: string, b: string) => assert.ok(sameExpression(a, b), `${a} | ${b}`)
  const other = (a: string, b: string) => assert.ok(!sameExpression(a, b), `${a} | ${b}`)
  same(
    `((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))`,
    `(kind = ANY (ARRAY['a'::text, 'b'::text]))`,
  )
  same('lower((name)::text)', 'lower(name)')
  same('((a > 0))', 'a > 0')
  other(`(kind = 'a '::text)`, `(kind = 'a'::text)`)
  other(`(kind = '(a)'::text)`, `(kind = 'a'::text)`)
  other('((a OR b) AND c)', '(a OR (b AND c))')
  other('(a > 5)', '(a > 6)')
  other('f(a)', 'f a')
})

test('defaults are the same in other words for one number or for now', () => {
  const zoned: LogicalType = { kind: 'timestamp', zone: true }
  const clock: LogicalType = { kind: 'timestamp', zone: false }
  const numeric: LogicalType = { kind: 'numeric' }
  const utc = `date_trunc('second'::text, (CURRENT_TIMESTAMP AT TIME ZONE 'UTC'::text))`
  assert.ok(sameDefault(`(${utc} AT TIME ZONE 'UTC'::text)`, 'now()', zoned))
  assert.ok(sameDefault(utc, `(now() AT TIME ZONE 'utc'::text)`, clock))
  assert.ok(sameDefault(utc, `timezone('UTC'::text, now())`, clock))
  assert.ok(!sameDefault(utc, 'now()', clock), 'whatever zone the session has')
  assert.ok(sameDefault('1.50', `'1.5'::numeric`, numeric))
  assert.ok(sameDefault(`'-1'::integer`, '(-1)', INTEGER))
  assert.ok(!sameDefault('10', '1', INTEGER))
  assert.ok(!sameDefault(`'1.50'::text`, `'1.5'::text`, TEXT))
})
