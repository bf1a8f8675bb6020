/** Where a table is cut into chunks. */
import type { TablePlan } from '../../model/plan.ts'
import type { Cell } from '../../model/types.ts'
import { keyOf, orderBy } from './key-order.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { MIN_ROWID } from './rowid.ts'

/**
 * The last key of each chunk of `rows` rows but the last chunk, in order of reading. Integers are `number`
 * where they are exact as such, else `bigint`. A table without keys is one chunk.
 */
export function bounds(db: Connection, table: TablePlan, rows: number): Iterable<Cell[]> {
  const { access } = table
  if (access.by === 'rowid') return rowidBounds(db, table.name, access.name, rows)
  return access.by === 'key' ? keyBounds(db, table.name, rows) : []
}

function* rowidBounds(db: Connection, table: string, rowid: string, rows: number): Iterable<Cell[]> {
  const key = quote(rowid)
  // The last row of the next chunk, and the first one after it.
  const ends = db
    .prepare<[bigint], bigint>(`
      SELECT ${key} FROM ${quote(table)} WHERE ${key} >= ? ORDER BY ${key} LIMIT 2 OFFSET ${rows - 1}`)
    .pluck()
    .safeIntegers()
  let from: bigint | undefined = MIN_ROWID
  while (from !== undefined) {
    const [last, next]: bigint[] = ends.all(from)
    if (next !== undefined) yield [exact(last!)]
    from = next
  }
}

function* keyBounds(db: Connection, table: string, rows: number): Iterable<Cell[]> {
  const key = keyOf(db, table)
  const columns = key.map(({ column }) => quote(column)).join(', ')
  const all = db
    .prepare<[], Cell[]>(`SELECT ${columns} FROM ${quote(table)} ${orderBy(key)}`)
    .raw()
    .safeIntegers()
  let count = 0
  let last: Cell[] | undefined
  for (const cells of all.iterate()) {
    if (last) yield last
    last = ++count % rows === 0 ? cells.map(exact) : undefined
  }
}

const exact = (cell: Cell): Cell =>
  typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell
