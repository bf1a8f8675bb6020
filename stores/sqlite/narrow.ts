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
    // Rows that broke a rule before are put back as they were.
    db.pragma('ignore_check_constraints = ON')
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
  const name = quote(table.name)
  if (where !== undefined) refuseOther(db, table, where)
  const rows = db.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get()!
  if (sample !== undefined) {
    // Rows are found again by their key; those of a table without one cannot be, and stay all.
    if (table.primaryKey && rows > sample) keep(db, table, `ORDER BY random() LIMIT ${sample}`)
    return
  }
  const kept = db.prepare<[], number>(`SELECT count(*) FROM ${name} WHERE (${where}\n)`).pluck().get()!
  if (kept * 2 < rows) keep(db, table, `WHERE (${where}\n)`)
  else withoutTriggers(db, table, () => db.exec(`DELETE FROM ${name} WHERE (${where}\n) IS NOT TRUE`))
}

/**
 * Puts a few rows aside, empties the table and puts them back: to delete millions of rows one by one takes longer, for
 * the sake of the indexes. Row numbers stay what they were.
 */
function keep(db: Connection, table: Table, which: string): void {
  const { access, columns } = table
  const hidden =
    access.by === 'rowid' && !columns.some(({ name }) => name === access.name) ? [access.name] : []
  const stored = columns.filter(({ generated }) => !generated).map(({ name }) => name)
  const names = [...hidden, ...stored].map(quote).join(', ')
  db.exec(`CREATE TEMP TABLE longhaul_kept AS SELECT ${names} FROM main.${quote(table.name)} ${which}`)
  withoutTriggers(db, table, () => {
    db.exec(`DELETE FROM main.${quote(table.name)}`)
    db.exec(`INSERT INTO main.${quote(table.name)} (${names}) SELECT * FROM temp.longhaul_kept`)
  })
  db.exec('DROP TABLE temp.longhaul_kept')
}

/** The condition is prepared by itself first: nothing but one condition gets past that. */
function refuseOther(db: Connection, { name }: Table, where: string): void {
  try {
    db.prepare(`SELECT count(*) FROM ${quote(name)} WHERE (${where}\n)`)
  } catch (error) {
    throw new Failure({
      code: 'usage',
      object: '--where',
      message: `SQLite does not take it as a condition on table "${name}": ${(error as Error).message}`,
      remedy: 'Write a condition over columns of the table that both engines understand',
    })
  }
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
