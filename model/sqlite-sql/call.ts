/** Calls of functions, with all that makes an aggregate or a window of them. */
import type { FunctionCall, Window } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { expression, expressions } from './expression.ts'
import { isName } from './keywords.ts'
import { orderBy } from './order.ts'

/** Reads a call from its name on. */
export function call(cursor: Cursor): FunctionCall {
  const { value: name } = cursor.next()
  const node: FunctionCall = { kind: 'call', name, distinct: false, arguments: [], star: false }
  cursor.inParentheses(() => arguments_(cursor, node))
  // OVER and FILTER are keywords only behind a call (tokenize.c); elsewhere they are names.
  if (cursor.is('FILTER') && cursor.isOperator('(', 1)) {
    cursor.next()
    node.filter = cursor.inParentheses(() => {
      cursor.expect('WHERE')
      return expression(cursor)
    })
  }
  if (cursor.is('OVER') && (cursor.isOperator('(', 1) || isName(cursor.ahead(1)))) {
    cursor.next()
    node.over = cursor.isOperator('(') ? cursor.inParentheses(window) : cursor.name()
  }
  return node
}

function arguments_(cursor: Cursor, node: FunctionCall): void {
  if (cursor.takeOperator('*')) {
    node.star = true
    return
  }
  node.distinct = cursor.take('DISTINCT')
  if (!node.distinct) cursor.take('ALL')
  if (!cursor.isOperator(')') && !cursor.is('ORDER')) node.arguments = expressions(cursor)
  const order = orderBy(cursor)
  if (order.length > 0) node.order = order
}

/** Reads what stands between the parentheses of a window. */
export function window(cursor: Cursor): Window {
  const node: Window = { partition: [], order: [] }
  const startsRest = ['PARTITION', 'ROWS', 'RANGE', 'GROUPS'].some(keyword => cursor.is(keyword))
  if (!startsRest && isName(cursor.token)) node.base = cursor.name()
  if (cursor.take('PARTITION', 'BY')) node.partition = expressions(cursor)
  node.order = orderBy(cursor)
  const unit = cursor.takeOneOf('ROWS', 'RANGE', 'GROUPS')
  if (unit) node.frame = `${unit} ${extent(cursor)}${exclusion(cursor)}`
  return node
}

function extent(cursor: Cursor): string {
  if (!cursor.take('BETWEEN')) return bound(cursor)
  const from = bound(cursor)
  cursor.expect('AND')
  return `BETWEEN ${from} AND ${bound(cursor)}`
}

function bound(cursor: Cursor): string {
  if (cursor.take('CURRENT', 'ROW')) return 'CURRENT ROW'
  // The tree holds frames as text, so a distance that must be computed has no place in it.
  const distance = cursor.take('UNBOUNDED')
    ? 'UNBOUNDED'
    : cursor.token.kind === 'number'
      ? cursor.next().value
      : cursor.fail('a plain number expected')
  const side = cursor.takeOneOf('PRECEDING', 'FOLLOWING')
  return side ? `${distance} ${side}` : cursor.fail('PRECEDING or FOLLOWING expected')
}

function exclusion(cursor: Cursor): string {
  if (!cursor.take('EXCLUDE')) return ''
  if (cursor.take('NO', 'OTHERS')) return ' EXCLUDE NO OTHERS'
  if (cursor.take('CURRENT', 'ROW')) return ' EXCLUDE CURRENT ROW'
  const what = cursor.takeOneOf('GROUP', 'TIES')
  return what ? ` EXCLUDE ${what}` : cursor.fail('NO OTHERS, CURRENT ROW, GROUP or TIES expected')
}
