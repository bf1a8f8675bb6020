/** Each kind of node of the syntax tree, by whoever knows it. */
import type { Expression } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { negate, translateBinaryNumbers, translateConcat } from './arithmetic.ts'
import { translateCall } from './call.ts'
import { choose } from './case.ts'
import { translateCast } from './cast.ts'
import { collate } from './collation.ts'
import { columnValue, querySql, queryValue } from './column.ts'
import {
  type ComparisonOperator,
  compare,
  isComparison,
  translateBetween,
  translateIs,
} from './comparison.ts'
import { translateIn } from './in.ts'
import { truthOfPart } from './json-class.ts'
import { translateArrow } from './json-path.ts'
import { translateLike } from './like.ts'
import { literalValue, numberIn, readNumber } from './literal.ts'
import { compareRows, isRow } from './rows.ts'
import { currentTime } from './time-functions.ts'
import { BOOLEAN, type Context, INTEGER, isNull, NULL, nameOf, refuse, type Value } from './value.ts'

/** The context of one translation in `scope`. */
export function translateNode(node: Expression, context: Context, want?: LogicalType): Value {
  switch (node.kind) {
    case 'number':
      return literalValue(readNumber(node.text) ?? refuse('a number beyond the range of floats'))
    case 'string':
      return literalValue({ kind: 'text', value: node.value })
    case 'blob':
      return literalValue({ kind: 'blob', hex: node.hex.toLowerCase() })
    case 'null':
      return NULL
    case 'boolean':
      return {
        ...literalValue({ kind: 'integer', value: node.value ? 1n : 0n }),
        sql: node.value ? '1' : '0',
      }
    case 'current':
      return currentTime(node.what, context)
    case 'column':
      return columnValue(node, context)
    case 'unary':
      return unary(node, context)
    case 'binary':
      return binary(node, context)
    case 'like':
      return condition(translateLike(node, context))
    case 'is-null':
      return condition(isNullTest(node, context))
    case 'between':
      return condition(translateBetween(node, context))
    case 'in':
      return condition(translateIn(node, context))
    case 'exists':
      return condition(`(${node.not ? 'NOT ' : ''}EXISTS (${querySql(node.query, context).sql}))`)
    case 'subquery':
      return queryValue(node.query, context)
    case 'case':
      return choose(node, context, want)
    case 'cast':
      return translateCast(node, context, want)
    case 'collate':
      return collate(context.value(node.operand, want), node.collation)
    case 'call':
      return translateCall(node, context, want)
    case 'row':
      return refuse('a row value in this place')
    case 'parameter':
      return refuse('a parameter')
    case 'raise':
      return refuse('RAISE outside of a trigger')
  }
}

const condition = (sql: string): Value => ({ sql, type: BOOLEAN, scale: 0 })

type Unary = Extract<Expression, { kind: 'unary' }>
type Binary = Extract<Expression, { kind: 'binary' }>

function unary(node: Unary, context: Context): Value {
  if (node.operator === 'NOT') return condition(`(NOT ${context.truth(node.operand)})`)
  if (node.operator === '-') {
    // One numeral with its sign: 9223372036854775808 alone would be a float.
    const number = node.operand.kind === 'number' ? readNumber(node.operand.text, true) : undefined
    return number ? literalValue(number) : negate(context.value(node.operand))
  }
  const value = context.value(node.operand)
  if (node.operator === '+') {
    const { affinity: _, ...without } = value
    return without
  }
  return translateBinaryNumbers('~', { ...value }, { sql: '(-1)', type: INTEGER })
}

function binary(node: Binary, context: Context): Value {
  const { operator, left, right } = node
  if (operator === 'AND' || operator === 'OR')
    return condition(`(${context.truth(left)} ${operator} ${context.truth(right)})`)
  if (operator === '->' || operator === '->>') return translateArrow(node, context)
  if (isComparison(operator) && (isRow(left) || isRow(right))) return condition(compareRows(node, context))
  if (operator.startsWith('IS')) return condition(translateIs(node, context))
  const [a, b] = [context.value(left), context.value(right)]
  if (isComparison(operator)) return condition(compare(operator as ComparisonOperator, a, b))
  return operator === '||' ? translateConcat(a, b) : translateBinaryNumbers(operator, a, b)
}

function isNullTest(node: Extract<Expression, { kind: 'is-null' }>, context: Context): string {
  const value = context.value(node.operand)
  return `(${value.json ?? value.sql} IS ${node.not ? 'NOT ' : ''}NULL)`
}

/** SQLite's truth: a number is true when it is not 0. */
export function truthOf(value: Value): string {
  const { type, literal, sql } = value
  if (isNull(value)) return 'NULL::boolean'
  if (value.json !== undefined && !value.partClass) return truthOfPart(value.json)
  if (type?.kind === 'boolean') return sql
  if (literal) return truthOfLiteral(literal)
  if (type?.kind === 'integer' || type?.kind === 'float' || type?.kind === 'numeric') return `(${sql} <> 0)`
  return refuse(`a ${nameOf(value)} as a condition`)
}

function truthOfLiteral(literal: NonNullable<Value['literal']>): string {
  if (literal.kind === 'blob') return refuse('a blob as a condition')
  if (literal.kind !== 'text') return Number(literal.value) === 0 ? 'false' : 'true'
  const number = numberIn(literal.value)
  if (number) return truthOfLiteral(number)
  return /^[ \t\n\v\f\r]*[+-]?\.?\d/.test(literal.value) ? refuse('a text as a condition') : 'false'
}
