/** Ranges of a table's rows: windows for the scan as a whole, and pages of them for what is read at once. */
import type { Table } from '../../model/schema.ts'
import type { Connection } from './open.ts'
import { prepared } from './prepared.ts'
import { quote } from './quote.ts'
import { MAX_ROWID, MIN_ROWID } from './rowid.ts'

/** Rows of a table as a condition in SQL, with its two parameters, or none. */
export interface Window {
  where: string
  params: (number | bigint)[]
  /** The column of the row numbers, where they are a range of these. */
  rowid?: string
}

/** Rows after which progress is heard of. */
const WINDOW = 20_000

/** Ranges of about `WINDOW` rows, also where numbers have large gaps. */
export function windowsOf(db: Connection, { name, access }: Table): Iterable<Window> {
  if (access.by !== 'rowid') return [{ where: '', params: [] }]
  return ranges(db, { table: name, rowid: access.name, first: MIN_ROWID, last: MAX_ROWID, rows: WINDOW })
}

/** The window in pieces of so many rows; the window itself where it is no range. */
export function pagesOf(db: Connection, table: string, window: Window, rows: number): Iterable<Window> {
  const { rowid, params } = window
  if (rowid === undefined) return [window]
  const [first, last] = params.map(BigInt) as [bigint, bigint]
  return ranges(db, { table, rowid, first, last, rows })
}

interface Range {
  table: string
  rowid: string
  first: bigint
  last: bigint
  rows: number
}

function* ranges(db: Connection, { table, rowid, first, last, rows }: Range): Iterable<Window> {
  const key = quote(rowid)
  const sql = `SELECT ${key} FROM ${quote(table)} WHERE ${key} >= ? ORDER BY ${key} LIMIT 1 OFFSET ?`
  let from = first
  for (;;) {
    const found = prepared<[bigint, number], bigint>(db, sql)
      .pluck()
      .safeIntegers()
      .get(from, rows - 1)
    const end = found !== undefined && found < last ? found : last
    yield { where: `WHERE ${key} BETWEEN ? AND ?`, params: [from, end], rowid }
    if (end === last) return
    from = end + 1n
  }
}
