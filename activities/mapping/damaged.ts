/** Texts that are no UTF-8: read as such they would be others, and nobody would see it. */
import { isUtf8 } from 'node:buffer'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { Source } from './sources.ts'

/** What SQLite's driver gives in place of bytes that are none. */
export const REPLACED = '\uFFFD'

/** Whether a row has such a text in one of the columns; for rows in which a text has the replacement. */
export function damagedIn(
  db: Connection,
  source: Source,
  columns: readonly string[],
): (row: bigint) => boolean {
  if (db.pragma('encoding', { simple: true }) !== 'UTF-8') return () => false
  const cells = columns.map(
    column => `CASE typeof(${quote(column)}) WHEN 'text' THEN CAST(${quote(column)} AS BLOB) END`,
  )
  const read = db
    .prepare(`SELECT ${cells.join(', ')} FROM ${source.sql} WHERE ${quote(source.rowNumber)} = ?`)
    .raw()
  return row => (read.get(row) as (Buffer | null)[]).some(bytes => bytes !== null && !isUtf8(bytes))
}
