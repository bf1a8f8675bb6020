/** Values that are too large to be held as a whole: which they are, and what takes them in pieces. */
import type { ColumnPlan, TablePlan } from '../model/plan.ts'
import type { Cell, LargeValue } from '../model/types.ts'

/** Bytes from which on a value goes in pieces. A worker shall need three times the largest value, not ten. */
export const LARGE = 4 * 1024 * 1024

/**
 * Whether large values of a column go in pieces. Texts and bytes are what they are; all others are looked at as a
 * whole: JSON to compare it, a key to find its bucket, what is converted to convert it.
 */
export function goesInPieces({ key }: TablePlan, { name, type, conversion, onError }: ColumnPlan): boolean {
  const plain = type.kind === 'bytes' || (type.kind === 'text' && type.maxLength === undefined)
  return plain && !conversion && !onError && !key.includes(name)
}

/** Whether rows of a table may hold values that go in pieces. */
export function mayBeLarge(table: TablePlan): boolean {
  const { largestRow, columns } = table
  return (largestRow === undefined || largestRow > LARGE) && columns.some(c => goesInPieces(table, c))
}

export function isLarge(cell: Cell): cell is LargeValue {
  return typeof cell === 'object' && cell !== null && !(cell instanceof Uint8Array)
}
