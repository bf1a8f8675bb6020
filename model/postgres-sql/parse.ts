/** Reads an expression that PostgreSQL printed. Throws `NotUnderstood` for what planners do not know. */
import type { Expression } from './ast.ts'
import { Cursor } from './cursor.ts'
import { operand } from './operand.ts'

export function parseExpression(text: string): Expression {
  const cursor = new Cursor(text)
  const parsed = expression(cursor)
  if (cursor.token.kind !== 'end') cursor.fail('something follows the expression')
  return parsed
}

export function expression(cursor: Cursor): Expression {
  return cursor.nested(() => either(cursor))
}

function either(cursor: Cursor): Expression {
  let left = both(cursor)
  while (cursor.take('OR')) left = { kind: 'binary', operator: 'OR', left, right: both(cursor) }
  return left
}

function both(cursor: Cursor): Expression {
  let left = negated(cursor)
  while (cursor.take('AND')) left = { kind: 'binary', operator: 'AND', left, right: negated(cursor) }
  return left
}

function negated(cursor: Cursor): Expression {
  return cursor.take('NOT') ? { kind: 'not', operand: cursor.nested(() => negated(cursor)) } : is(cursor)
}

const WHATS = ['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const

function is(cursor: Cursor): Expression {
  let left = compared(cursor)
  while (cursor.take('IS')) {
    const not = cursor.take('NOT')
    if (cursor.take('DISTINCT', 'FROM')) left = { kind: 'distinct', left, right: compared(cursor), not }
    else {
      const what = WHATS.find(word => cursor.take(word)) ?? cursor.fail('a test with IS that is not known')
      left = { kind: 'is', operand: left, what, not }
    }
  }
  return left
}

const COMPARISONS = ['=', '<>', '<', '>', '<=', '>=']

function compared(cursor: Cursor): Expression {
  const left = matched(cursor)
  const { kind, value } = cursor.token
  if (kind !== 'operator' || !COMPARISONS.includes(value)) return left
  cursor.next()
  return quantified(cursor, value, left) ?? { kind: 'binary', operator: value, left, right: matched(cursor) }
}

/** Operators without a rank of their own: `||`, `~~`, `->>` … */
function matched(cursor: Cursor): Expression {
  let left = sum(cursor)
  while (isOther(cursor)) {
    const operator = cursor.next().value
    left = quantified(cursor, operator, left) ?? { kind: 'binary', operator, left, right: sum(cursor) }
  }
  return left
}

const RANKED = [...COMPARISONS, '+', '-', '*', '/', '%', '^', '::', '(', ')', ',', '.', ';', ':', '[', ']']

const isOther = ({ token }: Cursor): boolean => token.kind === 'operator' && !RANKED.includes(token.value)

function quantified(cursor: Cursor, operator: string, left: Expression): Expression | undefined {
  const all = cursor.is('ALL')
  if ((!all && !cursor.is('ANY')) || !cursor.isOperator('(', 1)) return undefined
  cursor.next()
  const array = cursor.inParentheses(() => expression(cursor))
  return { kind: 'quantified', operator, all, left, array }
}

function sum(cursor: Cursor): Expression {
  let left = product(cursor)
  while (cursor.isOperator('+') || cursor.isOperator('-'))
    left = { kind: 'binary', operator: cursor.next().value, left, right: product(cursor) }
  return left
}

function product(cursor: Cursor): Expression {
  let left = signed(cursor)
  while (['*', '/', '%'].some(operator => cursor.isOperator(operator)))
    left = { kind: 'binary', operator: cursor.next().value, left, right: signed(cursor) }
  return left
}

function signed(cursor: Cursor): Expression {
  if (cursor.takeOperator('-')) return { kind: 'minus', operand: cursor.nested(() => signed(cursor)) }
  return operand(cursor)
}
