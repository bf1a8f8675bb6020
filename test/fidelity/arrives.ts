/** One random database from its statements to the comparison of everything that came of it. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Client } from 'pg'
import type { Plan, TablePlan } from '../../model/plan.ts'
import { account, vanished } from './accounts.ts'
import { type Migrated, migrate, type Place } from './in-process.ts'
import { sourceText, targetText } from './same-cells.ts'
import { schemaDifferences } from './schema-there.ts'
import { quoted, readSource } from './source-cells.ts'

/** Whether the plan let the database through; then everything of it has to be there. */
export async function arrives(place: Place, statements: string[]): Promise<boolean> {
  const { client, target, home } = place
  const file = join(home, 'app.db')
  rmSync(file, { force: true })
  const db = new Database(file)
  try {
    build(db, statements)
    await client.query(`DROP SCHEMA IF EXISTS ${target.schema} CASCADE; CREATE SCHEMA ${target.schema}`)
    const migrated = await migrate(file, place, { accept: ['all-listed'] })
    const { plan, ran, failures, different, counted } = migrated
    if (!ran) return false
    assert.deepEqual(
      failures.filter(failure => !isMerge(failure, plan)),
      [],
    )
    for (const table of plan.what.tables) await sameRows(db, client, table)
    assert.deepEqual(different, [], 'digests')
    assert.deepEqual(counted, [])
    assert.deepEqual(await schemaDifferences(file, place, migrated), [], 'schema')
    assert.deepEqual(vanished(await account(db, client, plan, failures)), {})
    return true
  } finally {
    db.close()
  }
}

/** Kinds of which one value has several spellings, each for itself in the source. */
const SPELLED = ['timestamp', 'time', 'json', 'uuid', 'inet']

/**
 * What differs in the source may be the same in the target, by its spelling or by consent, and then what was unique
 * is not: a difference that a run reports (status 4), and preflight does not foresee.
 */
function isMerge({ object, message }: Migrated['failures'][number], { what, findings }: Plan): boolean {
  const merges = ({ name, columns }: TablePlan) =>
    columns.some(
      column =>
        SPELLED.includes(column.type.kind) ||
        findings.some(
          ({ severity, object }) => severity === 'consent' && object === `${name}.${column.name}`,
        ),
    )
  if (/^could not create unique index/.test(message))
    return what.tables.some(table => table.name === object.table && merges(table))
  return /^there is no unique constraint matching/.test(message) && what.tables.some(merges)
}

/** Random statements may be wrong; what SQLite does not take is not there. */
function build(db: Database.Database, statements: string[]): void {
  db.pragma('foreign_keys = OFF')
  db.pragma('journal_mode = MEMORY')
  db.pragma('synchronous = OFF')
  // A file without anything in it is no database.
  db.pragma('user_version = 1')
  for (const statement of statements) {
    try {
      db.exec(statement)
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error
    }
  }
}

async function sameRows(db: Database.Database, client: Client, { name, target, columns }: TablePlan) {
  const types = await typesOf(client, target)
  const source = readSource(
    db,
    name,
    columns.map(column => column.name),
  ).map(row => row.map((cell, i) => sourceText(cell, types.get(columns[i]!.target)!)))
  const list = columns.map(column => `${quoted(column.target)}::text`).join(', ')
  const { rows } = await client.query({
    text: `SELECT ${list} FROM ${quoted(target.schema)}.${quoted(target.name)}`,
    rowMode: 'array',
  })
  const there = (rows as (string | null)[][]).map(row =>
    row.map((text, i) => targetText(text, types.get(columns[i]!.target)!)),
  )
  assert.deepEqual(sorted(there), sorted(source), `rows of ${JSON.stringify(name)}`)
}

async function typesOf(client: Client, target: TablePlan['target']): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = to_regclass(format('%I.%I', $1::text, $2::text)) AND attnum > 0`,
    [target.schema, target.name],
  )
  return new Map(rows.map(({ name, type }) => [name, type]))
}

const sorted = (rows: unknown[][]): string[] => rows.map(row => JSON.stringify(row)).sort()
