/** Row values: `(a, b) = (c, d)`. */
import type { Expression } from '../sqlite-sql/ast.ts'
import { align, compare, isOrdering, type Operator } from './comparison.ts'
import { type Context, isMomentType, isNull, refuse, type Value } from './value.ts'

type Row = Extract<Expression, { kind: 'row' }>

export function isRow(node: Expression): node is Row {
  return node.kind === 'row'
}

export function compareRows(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  context: Context,
): string {
  if (!isRow(left) || !isRow(right) || left.items.length !== right.items.length)
    return refuse('a row value beside something other than a row value of its length')
  const pairs = left.items.map((item, i) => [context.value(item), context.value(right.items[i]!)] as const)
  return compareRowValues(operator as Operator, pairs)
}

/** Rows in pairs of their parts. */
export function compareRowValues(operator: Operator, pairs: readonly (readonly [Value, Value])[]): string {
  if (operator === '=') return `(${pairs.map(([a, b]) => compare('=', a, b)).join(' AND ')})`
  if (operator === '<>') return `(${pairs.map(([a, b]) => compare('<>', a, b)).join(' OR ')})`
  const sides = pairs.map(([a, b]) => alignPart(a, b, isOrdering(operator)))
  const row = (side: 0 | 1) => `ROW(${sides.map(pair => pair[side]).join(', ')})`
  return `(${row(0)} ${operator} ${row(1)})`
}

function alignPart(a: Value, b: Value, ordering: boolean): [string, string] {
  if (
    isNull(a) ||
    isNull(b) ||
    a.json !== undefined ||
    b.json !== undefined ||
    isMomentType(a.type) ||
    isMomentType(b.type)
  )
    return refuse('an order of row values of such types')
  return align(a, b, ordering)
}
