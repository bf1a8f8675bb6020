/** Where a table is cut into chunks. */
import type { TablePlan } from '../../model/plan.ts'
import type { Cell } from '../../model/types.ts'
import type { KeyRange } from '../store.ts'
import { keyOf, orderBy, slicesOf } from './key-order.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { MAX_ROWID, MIN_ROWID } from './rowid.ts'

/**
 * The last key of each chunk of `rows` rows but the last chunk, in order of reading. Integers are `number`
 * where they are exact as such, else `bigint`. A table without keys is one chunk.
 */
export function bounds(
  db: Connection,
  table: TablePlan,
  rows: number,
  range: KeyRange = {},
): Iterable<Cell[]> {
  const { access } = table
  if (access.by === 'rowid') return rowidBounds(db, table.name, access.name, rows, range)
  return access.by === 'key' ? keyBounds(db, table.name, rows, range) : []
}

function* rowidBounds(
  db: Connection,
  table: string,
  rowid: string,
  rows: number,
  { after, upTo }: KeyRange,
): Iterable<Cell[]> {
  const key = quote(rowid)
  // The last row of the next chunk, and the first one after it.
  const ends = db
    .prepare<[bigint, bigint], bigint>(`
      SELECT ${key} FROM ${quote(table)} WHERE ${key} >= ? AND ${key} <= ?
       ORDER BY ${key} LIMIT 2 OFFSET ${rows - 1}`)
    .pluck()
    .safeIntegers()
  const end = upTo ? rowidOf(upTo) : MAX_ROWID
  let from: bigint | undefined = after ? rowidOf(after) + 1n : MIN_ROWID
  while (from !== undefined && from <= end) {
    const [last, next]: bigint[] = ends.all(from, end)
    if (next !== undefined) yield [exact(last!)]
    from = next
  }
}

const rowidOf = ([cell]: Cell[]): bigint => BigInt(cell as number | bigint)

function* keyBounds(db: Connection, table: string, rows: number, range: KeyRange): Iterable<Cell[]> {
  const key = keyOf(db, table)
  const columns = key.map(({ column }) => quote(column)).join(', ')
  let count = 0
  let last: Cell[] | undefined
  for (const { where, params } of slicesOf(db, key, range)) {
    const all = db
      .prepare<Cell[], Cell[]>(`SELECT ${columns} FROM ${quote(table)} ${where} ${orderBy(key)}`)
      .raw()
      .safeIntegers()
    for (const cells of all.iterate(...params)) {
      if (last) yield last
      last = ++count % rows === 0 ? cells.map(exact) : undefined
    }
  }
}

const exact = (cell: Cell): Cell =>
  typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell
