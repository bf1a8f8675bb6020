/** `x IN (…)`. The right side has no affinity where it is a list; the collation is that of the left. */
import type { Expression, Query, TableName } from '../sqlite-sql/ast.ts'
import { everythingOf } from '../sqlite-sql/source.ts'
import { collationOf } from './collation.ts'
import { querySql } from './column.ts'
import { compare } from './comparison.ts'
import { compareRowValues, isRow } from './rows.ts'
import type { Affinity } from './scope.ts'
import { type Context, nameOf, refuse, type Value } from './value.ts'

type In = Extract<Expression, { kind: 'in' }>

export function translateIn(node: In, context: Context): string {
  const inside = Array.isArray(node.list)
    ? inList(node, node.list, context)
    : inQuery(node, node.list, context)
  return node.not ? `(NOT ${inside})` : inside
}

function inList({ operand }: In, list: Expression[], context: Context): string {
  // Even NULL is not in an empty list.
  if (list.length === 0) return 'false'
  if (isRow(operand)) return `(${list.map(item => inRow(operand.items, item, context)).join(' OR ')})`
  const left = context.value(operand)
  const tests = list.map(item => compare('=', left, withoutRules(context.value(item))))
  return shortened(tests) ?? `(${tests.join(' OR ')})`
}

function inRow(items: Expression[], other: Expression, context: Context): string {
  if (!isRow(other) || other.items.length !== items.length)
    return refuse('a row value in a list of something else')
  return compareRowValues(
    '=',
    items.map((item, i) => [context.value(item), withoutRules(context.value(other.items[i]!))] as const),
  )
}

/** What SQLite's IN makes of the members of a list. */
function withoutRules({ affinity: _, collating: __, ...value }: Value): Value {
  return value
}

/** `(x = 1)`, `(x = 2)` as `(x IN (1, 2))`, where all have one left side. */
function shortened(tests: string[]): string | undefined {
  const parts = tests.map(test => /^\(([\w."]+) = ([\w.]+|'[^']*'|\(-\d+\))\)$/.exec(test))
  const left = parts[0]?.[1]
  if (!left || !parts.every(part => part?.[1] === left)) return undefined
  return `(${left} IN (${parts.map(part => part![2]).join(', ')}))`
}

function inQuery({ operand }: In, list: Query | TableName, context: Context): string {
  const { sql, columns } = querySql(list.kind === 'table' ? everythingOf(list) : list, context)
  const left = isRow(operand) ? operand.items.map(item => context.value(item)) : [context.value(operand)]
  if (left.length !== columns.length) return refuse('IN with a query of another number of columns')
  const sides = left.map((value, i) => sideOf(value, columns[i]!))
  return `(${sides.length > 1 ? `ROW(${sides.join(', ')})` : sides[0]} IN (${sql}))`
}

function sideOf(left: Value, right: Pick<Value, 'type' | 'affinity' | 'merged'>): string {
  const kinds = [left.type?.kind, right.type?.kind]
  if (left.merged || right.merged) return refuse('IN with a query, of texts and numbers in one column')
  if (kinds[0] === 'text' && (left.mixed ?? false) !== holdsNumbers(right.affinity))
    return refuse('IN with a query, of texts beside texts and numbers')
  if (kinds[0] === 'text' && collationOf(left) !== 'BINARY')
    return refuse('IN with a query, by a collation other than BINARY')
  if (left.type && right.type && kinds[0] === kinds[1] && kinds[0] !== 'json') return left.sql
  const numbers = ['integer', 'float', 'numeric']
  if (numbers.includes(kinds[0] ?? '') && numbers.includes(kinds[1] ?? '')) return left.sql
  if (kinds[0] === 'boolean' && numbers.includes(kinds[1] ?? '')) return `${left.sql}::int`
  return refuse(`IN with a query: ${nameOf(left)} beside ${nameOf({ sql: '', ...right })}`)
}

const holdsNumbers = (affinity: Affinity = 'TEXT'): boolean => affinity !== 'TEXT' && affinity !== 'BLOB'
