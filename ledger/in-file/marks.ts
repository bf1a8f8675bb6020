/**
 * Which rows of tables that were there before are the run's: stretches of row numbers that it has added, and rows that it has changed, with
 * what they held. Written in the transaction of the rows.
 */
import { type Db, fileTable, hasLedger } from './schema.ts'

const WRITTEN = fileTable('written')
const OVERWRITTEN = fileTable('overwritten')

/** Rows from the first number to the last. */
export interface Stretch {
  first: bigint
  last: bigint
}

/** Notes rows that were added, by their numbers in any order. */
export function noteRowsWritten(db: Db, run: string, table: string, numbers: readonly bigint[]): void {
  const add = db.prepare(
    `INSERT INTO ${WRITTEN} (run_id, table_name, first_row, last_row) VALUES (?, ?, ?, ?)`,
  )
  for (const { first, last } of stretchesOf(numbers)) add.run(run, table, first, last)
}

/** Notes rows that were added to a table without row numbers, by the literals of their keys. */
export function noteKeysWritten(db: Db, run: string, table: string, keys: readonly string[]): void {
  const add = db.prepare(
    `INSERT INTO ${OVERWRITTEN} (run_id, table_name, row, old) VALUES (?, ?, ?, NULL) ON CONFLICT DO NOTHING`,
  )
  for (const key of keys) add.run(run, table, key)
}

/** Numbers as stretches without a gap, in their order. */
export function stretchesOf(numbers: readonly bigint[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const number of [...numbers].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const open = stretches.at(-1)
    if (open && open.last + 1n === number) open.last = number
    else stretches.push({ first: number, last: number })
  }
  return stretches
}

/** Rows that the run has changed, of all chunks. */
export function countOverwritten(db: Db, run: string, table: string): number {
  if (!hasLedger(db, 'overwritten')) return 0
  return db
    .prepare(
      `SELECT count(*) AS n FROM ${OVERWRITTEN} WHERE run_id = ? AND table_name = ? AND old IS NOT NULL`,
    )
    .get(run, table).n
}
