/** The operators on the level of `=` that are words: IS, IN, LIKE and its kin, BETWEEN, ISNULL. */
import type { Expression, Query, TableName } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression, expressions, LEVEL } from './expression.ts'
import { isQuery, query } from './query.ts'

const tighter = (cursor: Cursor): Expression => expression(cursor, LEVEL.order)

/** `left` with the predicate that stands here; undefined where none does. */
export function predicate(cursor: Cursor, left: Expression): Expression | undefined {
  if (cursor.take('ISNULL')) return { kind: 'is-null', not: false, operand: left }
  if (cursor.take('NOTNULL') || cursor.take('NOT', 'NULL'))
    return { kind: 'is-null', not: true, operand: left }
  if (cursor.take('IS')) return identity(cursor, left)
  const not = cursor.take('NOT')
  if (cursor.take('BETWEEN')) return between(cursor, left, not)
  if (cursor.take('IN')) return { kind: 'in', not, operand: left, list: members(cursor) }
  return like(cursor, left, not) ?? (not ? cursor.fail('IN, LIKE, BETWEEN or NULL expected') : undefined)
}

function identity(cursor: Cursor, left: Expression): Expression {
  const not = cursor.take('NOT')
  if (cursor.take('DISTINCT', 'FROM')) {
    const operator = not ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
    return { kind: 'binary', operator, left, right: tighter(cursor) }
  }
  const right = tighter(cursor)
  if (right.kind === 'null') return { kind: 'is-null', not, operand: left }
  return { kind: 'binary', operator: not ? 'IS NOT' : 'IS', left, right }
}

function between(cursor: Cursor, operand: Expression, not: boolean): Expression {
  const low = expression(cursor, LEVEL.not)
  cursor.expect('AND')
  return { kind: 'between', not, operand, low, high: tighter(cursor) }
}

function like(cursor: Cursor, left: Expression, not: boolean): Expression | undefined {
  const operator = cursor.takeOneOf('LIKE', 'GLOB', 'REGEXP', 'MATCH')
  if (!operator) return undefined
  const node: Expression = { kind: 'like', operator, not, left, right: tighter(cursor) }
  if (cursor.take('ESCAPE')) node.escape = tighter(cursor)
  return node
}

function members(cursor: Cursor): Expression[] | Query | TableName {
  if (!cursor.isOperator('(')) return tableOf(cursor)
  return cursor.inParentheses(() => {
    if (isQuery(cursor)) return query(cursor)
    return cursor.isOperator(')') ? [] : expressions(cursor)
  })
}

function tableOf(cursor: Cursor): TableName {
  const name = cursor.name()
  return cursor.takeOperator('.')
    ? { kind: 'table', name: cursor.name(), schema: name }
    : { kind: 'table', name }
}
