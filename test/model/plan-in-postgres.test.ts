import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { TablePlan } from '../../model/plan.ts'
import {
  addForeignKey,
  addPrimaryKey,
  addUnique,
  createIndex,
  createTable,
} from '../../stores/postgres/ddl.ts'
import { describeTarget } from '../../stores/postgres/describe.ts'
import { type ScratchPostgres, startPostgres } from '../support/postgres.ts'
import { planOf, said } from './world.ts'

const TWO_TRUTHS = readFileSync(new URL('two-truths.sql', import.meta.url), 'utf8')

/** What PostgreSQL is asked to hold besides: names and keys that need care. */
const AWKWARD = `
  CREATE TABLE "${'é'.repeat(40)}" ("a""b" INTEGER PRIMARY KEY, xmin INT, "" TEXT DEFAULT '\\''', "select" UNIQUE);
  CREATE INDEX "${'é'.repeat(50)}" ON "${'é'.repeat(40)}" ("a""b" DESC, "select");
  CREATE TABLE node (a INT, b TEXT, up_a INT, up_b TEXT, PRIMARY KEY (a, b),
    FOREIGN KEY (up_a, up_b) REFERENCES node (a, b) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
  CREATE INDEX node_pkey ON node (up_a);`

let server: ScratchPostgres
let client: pg.Client
before(async () => {
  server = await startPostgres()
  client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('SET search_path = pg_catalog')
})
after(async () => {
  await client?.end()
  await server?.stop()
})

async function make(tables: TablePlan[]): Promise<void> {
  const parts = tables.flatMap(table => [
    createTable(table),
    ...addPrimaryKey(table),
    ...addUnique(table),
    ...table.indexes.map(index => createIndex(table, index)),
  ])
  const keys = tables.flatMap(table => table.foreignKeys.map(key => addForeignKey(table, key)))
  for (const { sql } of [...parts, ...keys]) for (const statement of sql) await client.query(statement)
}

test('PostgreSQL makes what is planned, and what is made takes the same source', async () => {
  const source = TWO_TRUTHS + AWKWARD
  const target = await describeTarget(client, 'public')
  const plan = planOf(source, { target })
  assert.deepEqual(
    said(plan).filter(line => line.startsWith('refused')),
    [],
  )
  await make(plan.what.tables)
  const made = await describeTarget(client, 'public')
  const names = new Set(made.tables.map(({ name }) => name))
  for (const { target } of plan.what.tables) assert.ok(names.has(target.name), target.name)

  const again = planOf(source, { target: made })
  const refused = said(again).filter(line => line.startsWith('refused'))
  assert.deepEqual(new Set(refused.map(line => line.split(' ')[1])), new Set(['table-exists']))

  const loaded = planOf(TWO_TRUTHS, { target: made, ifExists: 'use' })
  assert.deepEqual(
    said(loaded).filter(line => /^(refused|consent)|constraint-differs/.test(line)),
    [],
  )
  const columns = (tables: TablePlan[]) =>
    Object.fromEntries(
      tables.map(table => [table.name, table.columns.map(({ target, type }) => ({ target, type }))]),
    )
  const first = columns(plan.what.tables)
  for (const [name, theirs] of Object.entries(columns(loaded.what.tables)))
    assert.deepEqual(theirs, first[name])
})
