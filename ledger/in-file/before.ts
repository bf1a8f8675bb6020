/** Tables that were in the file before the run: what they held before its first row. */
import { type Db, fileTable } from './schema.ts'

const BEFORE = fileTable('before')

export interface TableBefore {
  table: string
  rows: number
  /** Of `Digest.toBytes`, where row numbers do not tell the run's rows from those of others. */
  digest?: Uint8Array
  /** The highest row number; absent: there was no row. */
  lastRow?: number
}

/** Written once: what stands there already was seen before. */
export function noteTableBefore(db: Db, run: string, { table, rows, digest, lastRow }: TableBefore): void {
  db.prepare(
    `INSERT INTO ${BEFORE} (run_id, table_name, rows, digest, last_row) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  ).run(run, table, BigInt(rows), digest ?? null, lastRow === undefined ? null : BigInt(lastRow))
}

/** By table. */
export function tablesBefore(db: Db, run: string): Map<string, TableBefore> {
  const rows = db
    .prepare(`SELECT table_name, rows, digest, last_row FROM ${BEFORE} WHERE run_id = ?`)
    .all(run)
  return new Map(
    rows.map(({ table_name: table, rows, digest, last_row: lastRow }) => [
      table,
      { table, rows, ...(digest && { digest }), ...(lastRow !== null && { lastRow }) },
    ]),
  )
}
