/** What a SQLite table holds, read with nothing of longhaul's: storage classes as they are, texts as bytes. */
import type Database from 'better-sqlite3'

export type SourceCell =
  | { class: 'null' }
  | { class: 'integer'; value: bigint }
  | { class: 'real'; value: number }
  /** Bytes in UTF-8. */
  | { class: 'text'; value: Buffer }
  | { class: 'blob'; value: Buffer }

/** The rows of a table, cells in the order of `columns`; the database is in UTF-8. */
export function readSource(db: Database.Database, table: string, columns: string[]): SourceCell[][] {
  const cells = columns.map(name => {
    const column = quoted(name)
    return `typeof(${column}), iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`
  })
  const rows = db
    .prepare(`SELECT ${cells.join(', ')} FROM ${quoted(table)}`)
    .safeIntegers()
    .raw()
    .all()
  return (rows as unknown[][]).map(row =>
    columns.map((_, i) => ({ class: row[2 * i], value: row[2 * i + 1] }) as SourceCell),
  )
}

/** A name as SQL has it, in SQLite and in PostgreSQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
