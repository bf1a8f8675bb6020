/** Comparisons, by SQLite's affinities and order of storage classes (https://sqlite.org/datatype3.html, 4). */

import { isInet, isUuid } from '../literal-forms.ts'
import { quoteText } from '../sql-text.ts'
import type { BinaryOperator, Expression } from '../sqlite-sql/ast.ts'
import { collationOf, keyOf, orderKeyOf } from './collation.ts'
import { compareJson } from './compare-json.ts'
import { compareMoments } from './compare-moments.ts'
import { asText, isDigits } from './convert.ts'
import { literalValue, numberIn } from './literal.ts'
import { type Context, isMomentType, isNull, isNumber, nameOf, refuse, type Value } from './value.ts'

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
/** `IS` and `IS NOT` in the target's words. */
export type Operator = ComparisonOperator | 'IS NOT DISTINCT FROM' | 'IS DISTINCT FROM'

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>=']

export function isComparison(operator: BinaryOperator): boolean {
  return COMPARISONS.includes(operator)
}

/** Whether the order of the two matters, and not only whether they are equal. */
export function isOrdering(operator: Operator): boolean {
  return operator.startsWith('<') ? operator !== '<>' : operator.startsWith('>')
}

/** `left operator right` as a condition of the target. */
export function compare(operator: Operator, left: Value, right: Value): string {
  if (isNull(left) || isNull(right)) return compareNull(operator, left, right)
  if (left.json !== undefined || right.json !== undefined) return compareJson(operator, left, right)
  if (touchesMoment(left, right)) return compareMoments(operator, left, right)
  const [a, b] = align(left, right, isOrdering(operator))
  return `(${a} ${operator} ${b})`
}

function touchesMoment(left: Value, right: Value): boolean {
  return isMomentType(left.type) || isMomentType(right.type) || Boolean(left.moment && right.moment)
}

function compareNull(operator: Operator, left: Value, right: Value): string {
  if (!operator.startsWith('IS')) return 'NULL::boolean'
  const value = isNull(left) ? right : left
  const not = operator === 'IS DISTINCT FROM' ? 'NOT ' : ''
  return `(${value.json ?? value.sql} IS ${not}NULL)`
}

/** Both sides of a comparison in SQL, made comparable as SQLite does it; refused where they are not. */
export function align(left: Value, right: Value, ordering: boolean): [string, string] {
  if (isNumber(left) && isNumber(right)) return alignNumbers(left, right)
  if (isNumber(left) || isNumber(right)) return alignMixed(left, right, ordering)
  if (left.type?.kind === 'text' && right.type?.kind === 'text') return alignTexts(left, right, ordering)
  if (left.type?.kind === 'bytes' && right.type?.kind === 'bytes') return [left.sql, right.sql]
  const special = alignSpecial(left, right, ordering)
  return special ?? refuse(`a comparison of ${nameOf(left)} with ${nameOf(right)}`)
}

function alignNumbers(left: Value, right: Value): [string, string] {
  if (left.type?.kind === 'boolean' && right.type?.kind === 'boolean') return [left.sql, right.sql]
  return [numberBeside(left, right), numberBeside(right, left)]
}

function numberBeside({ type, sql, literal }: Value, other: Value): string {
  if (type?.kind === 'boolean') return isBit(other) ? sql : `${sql}::int`
  if (other.type?.kind === 'boolean' && literal && isBit({ sql, literal }))
    return sql === '0' ? 'false' : 'true'
  // As a float the constant would make floats of the decimals and integers that it is compared with.
  if (literal?.kind === 'real' && other.type?.kind !== 'float') {
    const text = String(literal.value)
    return text.startsWith('-') ? `(${text})` : text
  }
  return sql
}

const isBit = ({ literal }: Value): boolean =>
  literal?.kind === 'integer' && (literal.value === 0n || literal.value === 1n)

/** A number and something else: SQLite turns one into the other by the affinity of columns and casts. */
function alignMixed(left: Value, right: Value, ordering: boolean): [string, string] {
  const [number, other] = isNumber(left) ? [left, right] : [right, left]
  const turn = (pair: [string, string]): [string, string] => (number === left ? pair : [pair[1], pair[0]])
  const numeric = number.affinity !== undefined && /^(INTEGER|REAL|NUMERIC)$/.test(number.affinity)
  if (other.mixed && !ordering) {
    const print = printOf(other, number)
    if (print !== undefined) return turn([print, other.sql])
  }
  if (other.type?.kind === 'text' && numeric) {
    const literal = other.literal?.kind === 'text' ? numberIn(other.literal.value) : undefined
    if (literal) return turn(alignNumbers(number, literalValue(literal)))
    if (isDigits(other))
      return turn(
        alignNumbers(number, { ...other, sql: `${other.sql}::bigint`, type: { kind: 'integer', bits: 64 } }),
      )
  }
  if (other.type?.kind === 'text' && other.affinity === 'TEXT' && !numeric && number.affinity !== 'TEXT')
    return turn(alignTexts({ sql: asText(number), type: { kind: 'text' } }, other, ordering))
  return refuse(`a comparison of ${nameOf(left)} with ${nameOf(right)}`)
}

/**
 * The text that an integer is in a column of texts and numbers that is declared to hold numbers: there SQLite keeps no
 * text that could be read as a number, so that equal texts are equal values. Undefined where that is not certain.
 */
function printOf({ affinity, merged, type }: Value, number: Value): string | undefined {
  if (merged || type?.kind !== 'text' || (affinity !== 'INTEGER' && affinity !== 'NUMERIC')) return undefined
  const { literal } = number
  const value = literal?.kind === 'text' ? numberIn(literal.value) : literal
  if (value) return value.kind === 'integer' ? quoteText(String(value.value)) : undefined
  const whole = number.type?.kind === 'integer' || number.type?.kind === 'boolean'
  return whole && number.affinity !== 'TEXT' ? asText(number) : undefined
}

function alignTexts(left: Value, right: Value, ordering: boolean): [string, string] {
  if (!ordering) {
    const [mixed, literal] = left.mixed ? [left, right] : [right, left]
    const number = literal.literal?.kind === 'text' && numberIn(literal.literal.value)
    const print = number && mixed.mixed ? printOf(mixed, literal) : undefined
    if (print !== undefined) return mixed === left ? [left.sql, print] : [print, right.sql]
  }
  const holds = holdsNumbers(left, right, ordering) || holdsNumbers(right, left, ordering)
  if (holds && (left.given || right.given))
    refuse('a value given to a view, which SQLite does not convert: there a number is no text of its digits')
  if (holds) refuse('a comparison of a column that is declared to hold numbers and holds texts as well')
  const collation = collationOf(left, right)
  const key = ordering ? orderKeyOf : keyOf
  return [key(left.sql, collation), key(right.sql, collation)]
}

/** Texts that are numbers in some rows: only with texts that are no numbers they surely compare the same. */
function holdsNumbers(left: Value, other: Value, ordering: boolean): boolean {
  const { mixed, merged, affinity } = left
  if (!mixed) return false
  // The column's affinity makes numbers of texts that are given.
  if (!ordering && isGivenFor(left, other)) return false
  if (merged && other.literal?.kind !== 'text') return true
  const converts = affinity !== undefined && affinity !== 'BLOB'
  if (!ordering && other.mixed && converts && affinity === other.affinity) return false
  return ordering || other.literal?.kind !== 'text' || numberIn(other.literal.value) !== undefined
}

function isGivenFor(one: Value, other: Value): boolean {
  const [given, column] = one.given ? [one, other] : [other, one]
  const converts = column.affinity === 'INTEGER' || column.affinity === 'NUMERIC'
  return given.given === true && column.mixed === true && !column.merged && converts
}

/** UUIDs and addresses: equal where they were equal as texts of one spelling. */
function alignSpecial(left: Value, right: Value, ordering: boolean): [string, string] | undefined {
  const kind = [left, right].map(({ type }) => type?.kind).find(kind => kind === 'uuid' || kind === 'inet')
  if (!kind || (ordering && kind === 'inet')) return undefined
  const isForm = kind === 'uuid' ? isUuid : isInet
  const sides = [left, right].map(({ type, literal, sql }) => {
    if (type?.kind === kind) return sql
    return literal?.kind === 'text' && isForm(literal.value)
      ? `${quoteText(literal.value)}::${kind}`
      : undefined
  })
  const [a, b] = sides
  return a === undefined || b === undefined ? undefined : [a, b]
}

/** `x IS y`, `x IS NOT y`; with TRUE or FALSE at the right it asks for the truth of x. */
export function translateIs(node: Extract<Expression, { kind: 'binary' }>, context: Context): string {
  const not = node.operator === 'IS NOT' || node.operator === 'IS DISTINCT FROM'
  if (node.right.kind === 'boolean' && !node.operator.includes('DISTINCT'))
    return `(${context.truth(node.left)} IS ${not ? 'NOT ' : ''}${node.right.value ? 'TRUE' : 'FALSE'})`
  const operator = not ? 'IS DISTINCT FROM' : 'IS NOT DISTINCT FROM'
  return compare(operator, context.value(node.left), context.value(node.right))
}

export function translateBetween(node: Extract<Expression, { kind: 'between' }>, context: Context): string {
  const [operand, low, high] = [node.operand, node.low, node.high].map(part => context.value(part))
  const within = `(${compare('>=', operand!, low!)} AND ${compare('<=', operand!, high!)})`
  return node.not ? `(NOT ${within})` : within
}
