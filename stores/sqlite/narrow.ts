/** Leaves only some rows in a snapshot: what a check of a part, or of some rows by chance, then reads as if it were all. */
import Database from 'better-sqlite3'
import { selectTables } from '../../model/build-plan/selection.ts'
import { Failure } from '../../model/failure.ts'
import type { PlanRequest, RowsWanted } from '../../model/plan-request.ts'
import type { Table } from '../../model/schema.ts'
import { describe } from './describe.ts'
import { descriptionBefore } from './description-before.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/**
 * Deletes the other rows of the chosen tables from the snapshot at `path`, which is our own copy. Not durable: who is
 * killed takes the snapshot anew. Fails with `usage` where SQLite does not take the condition for a table.
 */
export function narrow(path: string, request: PlanRequest, rows: RowsWanted): void {
  const db = new Database(path, { fileMustExist: true })
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('foreign_keys = OFF')
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    const { chosen } = selectTables(descriptionBefore(db) ?? describe(db), request)
    for (const table of chosen) if (!table.virtual) narrowTable(db, table, rows)
    db.pragma('journal_mode = DELETE')
  } finally {
    db.close()
  }
}

function narrowTable(db: Connection, table: Table, { where, sample }: RowsWanted): void {
  const others = where === undefined ? besidesSample(table, sample!) : besides(db, table, where)
  if (others !== undefined)
    withoutTriggers(db, table, () => db.exec(`DELETE FROM ${quote(table.name)} WHERE ${others}`))
}

/** The condition is prepared by itself first: nothing but one condition gets past that. */
function besides(db: Connection, table: Table, where: string): string {
  try {
    db.prepare(`SELECT count(*) FROM ${quote(table.name)} WHERE (${where}\n)`)
  } catch (error) {
    throw new Failure({
      code: 'usage',
      object: '--where',
      message: `SQLite does not take it as a condition on table "${table.name}": ${(error as Error).message}`,
      remedy: 'Write a condition over columns of the table that both engines understand',
    })
  }
  return `(${where}\n) IS NOT TRUE`
}

/** Rows are found again by their key; those of a table without one cannot be, and stay all. */
function besidesSample({ name, primaryKey }: Table, rows: number): string | undefined {
  if (!primaryKey) return undefined
  const key = primaryKey.columns.map(quote).join(', ')
  return `(${key}) NOT IN (SELECT ${key} FROM ${quote(name)} ORDER BY random() LIMIT ${rows})`
}

function withoutTriggers(db: Connection, { name }: Table, work: () => void): void {
  const triggers = db
    .prepare<[string], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`,
    )
    .all(name)
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${quote(trigger.name)}`)
  work()
  for (const trigger of triggers) db.exec(trigger.sql)
}
