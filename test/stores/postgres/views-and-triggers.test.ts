/** Views, triggers, statistics and extensions as effects, and a whole plan as a script, on a real server. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import type pg from 'pg'
import type { Plan, PlanWhat, TablePlan, TriggerPlan, ViewPlan } from '../../../model/plan.ts'
import { createTable, type Effect } from '../../../stores/postgres/ddl.ts'
import { createExtension, createStatistics } from '../../../stores/postgres/ddl-optimized.ts'
import { createTrigger } from '../../../stores/postgres/ddl-triggers.ts'
import { createView } from '../../../stores/postgres/ddl-views.ts'
import { describeTarget } from '../../../stores/postgres/describe.ts'
import { scriptsOf } from '../../../stores/postgres/script.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'
import { type ScratchPostgres, startPostgres } from '../../support/postgres.ts'
import { session } from '../../support/session.ts'

const SCHEMA = 'app "x"'
const place = (name: string) => ({ schema: SCHEMA, name })
const TEXT = { kind: 'text' } as const
const BIG = { kind: 'integer', bits: 64 } as const

const note = tablePlan(
  'note',
  [
    columnPlan('id', BIG, { notNull: true, identity: {} }),
    columnPlan('t "q"', TEXT),
    columnPlan('rank', BIG),
  ],
  {
    target: place('No te'),
    primaryKey: { name: 'note_pkey', columns: ['id'] },
    indexes: [{ name: 'by rank', unique: false, parts: [{ column: 'rank', descending: true }] }],
    statistics: [{ name: 'stat "n"', columns: ['t "q"', 'rank'] }],
    foreignKeys: [
      {
        ...{ name: 'up', columns: ['rank'], onUpdate: 'NO ACTION', onDelete: 'SET NULL', deferred: false },
        references: { schema: SCHEMA, table: 'No te', columns: ['id'] },
      },
    ],
  },
)
const low: ViewPlan = {
  ...{ name: 'low', target: place('Low "est"'), columns: ['id', 'Te xt'] },
  query: `SELECT n."id", pg_catalog.lower(n."t ""q""") FROM "app ""x"""."No te" AS n`,
}
const lower: ViewPlan = {
  ...{ name: 'lower', target: place('lower'), columns: ['n'] },
  query: 'SELECT pg_catalog.count(*) FROM "app ""x"""."Low ""est"""',
}
const fold: TriggerPlan = {
  ...{ name: 'fold', target: 'fold "it"', on: place('No te'), timing: 'BEFORE', event: 'UPDATE' },
  ...{ columns: ['t "q"'], when: 'NEW."rank" > 0' },
  body: `BEGIN\n  NEW."t ""q""" := pg_catalog.upper(NEW."t ""q""") || '$body$';\n  RETURN NEW;\nEND`,
}
const into: TriggerPlan = {
  ...{
    name: 'into',
    target: 'into',
    on: place('Low "est"'),
    timing: 'INSTEAD OF',
    event: 'INSERT',
    columns: [],
  },
  body: `BEGIN\n  INSERT INTO "app ""x"""."No te" ("t ""q""") VALUES (NEW."Te xt");\n  RETURN NEW;\nEND`,
}

const run = promisify(execFile)
let postgres: ScratchPostgres
let client: pg.Client
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'longhaul-script-'))
  postgres = await startPostgres()
  client = await session(postgres.url)
})
after(async () => {
  await client?.end()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await client.query(`DROP EXTENSION IF EXISTS pg_trgm; DROP SCHEMA IF EXISTS "app ""x""" CASCADE`)
})

const make = async (effects: Effect[]) => {
  for (const { sql } of effects) for (const statement of sql) await client.query(statement)
}
const takeBack = async (effects: Effect[]) => {
  for (const { undo } of effects.toReversed()) for (const statement of undo) await client.query(statement)
}
const rows = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
const objects = () =>
  rows(`SELECT relkind::text, relname::text FROM pg_class WHERE relnamespace = to_regnamespace('"app ""x"""')
        UNION ALL SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = to_regnamespace('"app ""x"""')
        UNION ALL SELECT 'statistics', stxname::text FROM pg_statistic_ext ORDER BY 1, 2`)

test('views and triggers work with any search_path, and are taken back one by one', async () => {
  await client.query(`CREATE SCHEMA "app ""x"""`)
  await make([createTable(note)])
  const bare = await objects()
  const effects = [createView(low), createView(lower), createTrigger(fold), createTrigger(into)]
  await make([...effects, createStatistics(note, note.statistics[0]!)])
  await client.query(`SET search_path = ''`)
  await client.query(`INSERT INTO "app ""x"""."Low ""est""" ("Te xt") VALUES ('One'), ('Two')`)
  await client.query(`UPDATE "app ""x"""."No te" SET "t ""q""" = 'three', rank = 1 WHERE id = 1`)
  await client.query(`UPDATE "app ""x"""."No te" SET rank = 1 WHERE id = 2`)
  assert.deepEqual(await rows(`SELECT "t ""q""" FROM "app ""x"""."No te" ORDER BY id`), [
    ['THREE$body$'],
    ['Two'],
  ])
  assert.deepEqual(
    await rows(
      `SELECT "Te xt", (SELECT n FROM "app ""x""".lower) FROM "app ""x"""."Low ""est""" ORDER BY id DESC`,
    ),
    [
      ['two', '2'],
      ['three$body$', '2'],
    ],
  )
  await client.query('SET search_path = pg_catalog')
  const { functions, statistics } = await describeTarget(client, SCHEMA)
  assert.deepEqual({ functions, statistics }, { functions: ['fold "it"', 'into'], statistics: ['stat "n"'] })
  await takeBack([...effects, createStatistics(note, note.statistics[0]!)])
  assert.deepEqual(await objects(), bare)
})

test('the extension for trigrams is described, installed and taken back', async () => {
  await client.query(`CREATE SCHEMA "app ""x"""`)
  assert.deepEqual((await describeTarget(client, SCHEMA)).trigrams, { canCreate: true })
  const effect = createExtension({ name: 'pg_trgm', schema: SCHEMA })
  await make([effect])
  assert.equal((await describeTarget(client, SCHEMA)).trigrams.schema, SCHEMA)
  await takeBack([effect])
  assert.deepEqual((await describeTarget(client, SCHEMA)).trigrams, { canCreate: true })
})

test('a role that may not create in the database cannot have the extension', async () => {
  await client.query('CREATE ROLE plain; SET ROLE plain')
  try {
    assert.deepEqual((await describeTarget(client, SCHEMA)).trigrams, { canCreate: false })
  } finally {
    await client.query('RESET ROLE; DROP ROLE plain')
  }
})

const planWith = (tables: TablePlan[], more: Partial<PlanWhat> = {}): Plan => ({
  what: {
    ...{ version: 1, kind: 'migrate', leftOut: [], accept: [], tables, views: [], triggers: [] },
    source: { kind: 'sqlite', path: '/data/app\n.db', host: 'here' },
    target: { kind: 'postgres', connection: 'postgresql://app@db/app', schema: SCHEMA },
    policies: { ifExists: 'refuse', onFailure: 'keep', scope: 'all' },
    ...more,
  },
  how: { chunkRows: 1, chunkBytes: 1, tables: 1, lanes: 1 },
  hash: '0'.repeat(64),
  findings: [],
})

/** As a user would run it. */
async function psql(name: string, text: string): Promise<void> {
  const path = join(folder, name)
  writeFileSync(path, text)
  const words = ['-X', '-q', '--single-transaction', '--set', 'ON_ERROR_STOP=1', '--file', path, postgres.url]
  await run(join(postgres.cluster?.binDir ?? '', 'psql'), words)
}

test('the script makes all of a plan in psql, and the other one leaves nothing', async () => {
  const plan = planWith([note], {
    ...{ views: [low, lower], triggers: [fold, into] },
    extensions: [{ name: 'pg_trgm', schema: SCHEMA }],
  })
  const { sql, rollback } = scriptsOf(plan, { newSchema: SCHEMA, aside: 'aside', putAside: new Map() })
  await psql('schema.sql', sql)
  const made = await objects()
  for (const name of ['No te', 'by rank', 'Low "est"', 'lower', 'fold "it"', 'into', 'stat "n"'])
    assert.ok(
      made.some(([, found]) => found === name),
      name,
    )
  assert.equal((await describeTarget(client, SCHEMA)).tables[0]!.foreignKeys.length, 1)
  await psql('rollback.sql', rollback)
  assert.deepEqual(await objects(), [])
  assert.equal((await describeTarget(client, SCHEMA)).schema.exists, false)
})

test('the script replaces a table and loads into one that is there', async () => {
  await client.query(`CREATE SCHEMA "app ""x"""; CREATE TABLE "app ""x"""."No te" (old text);
    CREATE TABLE "app ""x""".kept (id bigint PRIMARY KEY)`)
  const kept = tablePlan('kept', [columnPlan('id', BIG)], { target: place('kept'), action: 'use' })
  const bare = await objects()
  const quiet = {
    object: { kind: 'triggers' as const, table: 'kept', name: 'kept' },
    sql: ['ALTER TABLE "app ""x""".kept DISABLE TRIGGER USER'],
    undo: ['ALTER TABLE "app ""x""".kept ENABLE TRIGGER USER'],
  }
  const plan = planWith([{ ...note, action: 'replace' }, kept])
  const { sql, rollback } = scriptsOf(plan, {
    aside: 'longhaul_aside_1',
    putAside: new Map([['kept', [quiet]]]),
  })
  assert.ok(sql.indexOf(quiet.sql[0]!) < sql.indexOf('rows: 0 of kept'))
  assert.ok(sql.indexOf('rows: 0 of kept') < sql.indexOf(quiet.undo[0]!))
  await psql('schema.sql', sql)
  assert.deepEqual(await rows(`SELECT count(*)::int FROM longhaul_aside_1."No te"`), [[0]])
  await psql('rollback.sql', rollback)
  assert.deepEqual(await objects(), bare)
  assert.deepEqual(await rows(`SELECT to_regnamespace('longhaul_aside_1') IS NULL`), [[true]])
})
