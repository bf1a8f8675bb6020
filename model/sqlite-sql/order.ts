/** ORDER BY. */
import type { Ordering } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression } from './expression.ts'

/** Reads `ORDER BY …` if it stands here; empty where it does not. */
export function orderBy(cursor: Cursor): Ordering[] {
  return cursor.take('ORDER', 'BY') ? cursor.list(ordering) : []
}

/** Reads `x COLLATE c DESC NULLS LAST`. */
export function ordering(cursor: Cursor): Ordering {
  const node: Ordering = { expression: expression(cursor), descending: false }
  if (!cursor.take('ASC')) node.descending = cursor.take('DESC')
  if (cursor.take('NULLS'))
    node.nulls = cursor.takeOneOf('FIRST', 'LAST') ?? cursor.fail('FIRST or LAST expected')
  return node
}
