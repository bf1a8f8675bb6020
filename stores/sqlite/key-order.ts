/**
 * Ranges of keys in the order of a primary key's own index, whatever directions and collations it has.
 *
 * A row-value comparison follows neither, and `a <= ? AND (a < ? OR b < ?)` reads all rows of one `a` again
 * and again. So a range is cut into slices, each of which is equal in some first columns and a plain range
 * in the next: the index answers each of them, and together they hold each row once.
 */
import type { Cell } from '../../model/types.ts'
import type { KeyRange } from '../store.ts'
import type { Connection } from './open.ts'
import { listIndexes, listParts } from './pragmas.ts'
import { quote } from './quote.ts'

export interface KeyPart {
  column: string
  descending: boolean
  collation: string
}

export interface Slice {
  where: string
  params: Cell[]
}

/** The parts of the primary key of a WITHOUT ROWID table. */
export function keyOf(db: Connection, table: string): KeyPart[] {
  const index = listIndexes(db, table).find(({ origin }) => origin === 'pk')
  if (!index) return []
  return listParts(db, index.name).map(({ name, desc, coll }) => ({
    column: name!,
    descending: desc === 1,
    collation: coll,
  }))
}

export function orderBy(key: KeyPart[]): string {
  return `ORDER BY ${key.map(part => `${term(part)} ${part.descending ? 'DESC' : 'ASC'}`).join(', ')}`
}

/** The slices of a range, in the order of the key. */
export function slicesOf(db: Connection, key: KeyPart[], { after, upTo }: KeyRange): Slice[] {
  if (!after && !upTo) return [slice([], [])]
  const same = after && upTo ? samePrefix(db, key, after, upTo) : 0
  if (same === key.length) return []
  const equal = (cells: Cell[], count: number): Condition[] =>
    key.slice(0, count).map((part, i) => ({ sql: `${term(part)} = ?`, cell: cells[i]! }))
  const slices: Slice[] = []
  for (let i = key.length - 1; after && i > same; i--) {
    slices.push(slice(equal(after, i), [beyond(key[i]!, after[i]!)]))
  }
  const middle: Condition[] = []
  if (after) middle.push(beyond(key[same]!, after[same]!))
  if (upTo) middle.push(before(key[same]!, upTo[same]!, same === key.length - 1))
  slices.push(slice(equal(after ?? upTo!, same), middle))
  for (let i = same + 1; upTo && i < key.length; i++) {
    slices.push(slice(equal(upTo, i), [before(key[i]!, upTo[i]!, i === key.length - 1)]))
  }
  return slices
}

interface Condition {
  sql: string
  cell: Cell
}

const slice = (equal: Condition[], range: Condition[]): Slice => {
  const all = [...equal, ...range]
  return {
    where: all.length ? `WHERE ${all.map(({ sql }) => sql).join(' AND ')}` : '',
    params: all.map(({ cell }) => cell),
  }
}

/** A column compared and sorted as its index does, which may be otherwise than the column's own way. */
export const term = ({ column, collation }: KeyPart): string => `${quote(column)} COLLATE ${quote(collation)}`

const beyond = (part: KeyPart, cell: Cell): Condition => ({
  sql: `${term(part)} ${part.descending ? '<' : '>'} ?`,
  cell,
})

const before = (part: KeyPart, cell: Cell, inclusive: boolean): Condition => ({
  sql: `${term(part)} ${part.descending ? '>' : '<'}${inclusive ? '=' : ''} ?`,
  cell,
})

/** How many first columns two keys share; for NOCASE `a` and `A` are the same. */
function samePrefix(db: Connection, key: KeyPart[], a: Cell[], b: Cell[]): number {
  const different = key.findIndex(({ collation }, i) => {
    const compare = db.prepare<Cell[], number>(`SELECT ? = ? COLLATE ${quote(collation)}`).pluck()
    return compare.get(a[i]!, b[i]!) !== 1
  })
  return different < 0 ? key.length : different
}
