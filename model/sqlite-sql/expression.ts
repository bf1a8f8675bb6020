/** Operators of SQLite with their precedence (https://sqlite.org/lang_expr.html, parse.y). */
import type { BinaryOperator, Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { predicate } from './predicate.ts'
import { term } from './term.ts'

/** From the loosest on. Operators of one level are read from the left. */
export const LEVEL = {
  or: 1,
  and: 2,
  not: 3,
  equality: 4,
  order: 5,
  bits: 6,
  sum: 7,
  product: 8,
  join: 9,
  collate: 10,
  sign: 11,
} as const

const BINARY: Record<string, { operator: BinaryOperator; level: number }> = {
  OR: { operator: 'OR', level: LEVEL.or },
  AND: { operator: 'AND', level: LEVEL.and },
  '=': { operator: '=', level: LEVEL.equality },
  '==': { operator: '=', level: LEVEL.equality },
  '<>': { operator: '<>', level: LEVEL.equality },
  '!=': { operator: '<>', level: LEVEL.equality },
  '<': { operator: '<', level: LEVEL.order },
  '<=': { operator: '<=', level: LEVEL.order },
  '>': { operator: '>', level: LEVEL.order },
  '>=': { operator: '>=', level: LEVEL.order },
  '&': { operator: '&', level: LEVEL.bits },
  '|': { operator: '|', level: LEVEL.bits },
  '<<': { operator: '<<', level: LEVEL.bits },
  '>>': { operator: '>>', level: LEVEL.bits },
  '+': { operator: '+', level: LEVEL.sum },
  '-': { operator: '-', level: LEVEL.sum },
  '*': { operator: '*', level: LEVEL.product },
  '/': { operator: '/', level: LEVEL.product },
  '%': { operator: '%', level: LEVEL.product },
  '||': { operator: '||', level: LEVEL.join },
  '->': { operator: '->', level: LEVEL.join },
  '->>': { operator: '->>', level: LEVEL.join },
}

/** Reads an expression up to the first operator that is looser than `loosest`. */
export function expression(cursor: Cursor, loosest: number = LEVEL.or): Expression {
  return cursor.nested(() => {
    let left = prefixed(cursor)
    for (;;) {
      const longer = continued(cursor, left, loosest)
      if (!longer) return left
      left = longer
    }
  })
}

/** One or more, with commas between. */
export function expressions(cursor: Cursor): Expression[] {
  return cursor.list(() => expression(cursor))
}

const SIGNS = ['-', '+', '~'] as const

function prefixed(cursor: Cursor): Expression {
  if (cursor.take('NOT')) return negated(expression(cursor, LEVEL.not))
  const operator = SIGNS.find(sign => cursor.takeOperator(sign))
  return operator ? { kind: 'unary', operator, operand: expression(cursor, LEVEL.sign) } : term(cursor)
}

function negated(operand: Expression): Expression {
  return operand.kind === 'exists' && !operand.not
    ? { ...operand, not: true }
    : { kind: 'unary', operator: 'NOT', operand }
}

/** `left` with the operator that stands here and what it takes; undefined where it is not ours. */
function continued(cursor: Cursor, left: Expression, loosest: number): Expression | undefined {
  const { kind, value } = cursor.token
  const binary = kind === 'operator' || kind === 'word' ? BINARY[value.toUpperCase()] : undefined
  if (binary) {
    const { operator, level } = binary
    if (level < loosest) return undefined
    cursor.next()
    return { kind: 'binary', operator, left, right: expression(cursor, level + 1) }
  }
  if (loosest <= LEVEL.collate && cursor.take('COLLATE'))
    return { kind: 'collate', operand: left, collation: cursor.looseName() ?? cursor.fail('a name expected') }
  return loosest <= LEVEL.equality ? predicate(cursor, left) : undefined
}
