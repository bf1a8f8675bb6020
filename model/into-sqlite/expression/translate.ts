/**
 * An expression of PostgreSQL in SQLite's words. The rule is: the same answer for every row, or no translation; what is
 * nearly the same carries a warning. Throws `NotUnderstood` with the reason.
 */
import type { Case, Expression, Quantified, TypeName } from '../../postgres-sql/ast.ts'
import { parseExpression } from '../../postgres-sql/parse.ts'
import { listAsJson } from './array-literal.ts'
import { cast } from './cast.ts'
import { current } from './clock.ts'
import { comparable, compare, truth } from './compare.ts'
import { constantOf, numberOf } from './constant.ts'
import { call } from './functions.ts'
import { like } from './like.ts'
import { type Context, common, isNumber, refuse, textOf, type Value, wordsOf } from './value.ts'

/** Of an expression as PostgreSQL prints it. */
export const translateText = (text: string, context: Context): Value =>
  translate(parseExpression(text), context)

/** A condition, which SQLite takes for true where it is not 0. */
export function translateCondition(text: string, context: Context): string {
  return condition(parseExpression(text), context)
}

export function condition(node: Expression, context: Context): string {
  const { holds, sql } = translate(node, context)
  return holds === 'boolean' || holds === 'null' ? sql : refuse('a condition that is no truth')
}

export function translate(node: Expression, context: Context): Value {
  switch (node.kind) {
    case 'text':
      return { sql: textOf(node.value), holds: 'word', constant: node.value }
    case 'number':
      return numberOf(node.text)
    case 'truth':
      return { sql: node.value ? '1' : '0', holds: 'boolean', constant: String(node.value) }
    case 'null':
      return { sql: 'NULL', holds: 'null' }
    case 'column':
      return context.column(node.name, node.table) ?? refuse(`a name that is no column of the table`)
    case 'cast':
      return castOf(node, context)
    case 'binary':
      return binary(node.operator, node, context)
    case 'not':
      return truth(`(NOT ${condition(node.operand, context)})`)
    case 'minus':
      return minus(translate(node.operand, context))
    case 'is':
      return is(node, context)
    case 'distinct':
      return distinct(node, context)
    case 'call':
      return callOf(node, context)
    case 'case':
      return caseOf(node, context)
    case 'quantified':
      return quantified(node, context)
    case 'collate':
      return collate(translate(node.operand, context), node.collation)
    case 'extract':
      return extract(node.field, translate(node.operand, context))
    case 'current':
      return current(node.what, context)
    case 'array':
      return listAsJson(node.items.map(item => translate(item, context)))
  }
}

function castOf({ operand, type }: Extract<Expression, { kind: 'cast' }>, context: Context): Value {
  if (operand.kind === 'text') return constantOf(operand.value, type, context)
  if (operand.kind === 'array' && operand.items.length === 0 && type.isArray) return listAsJson([])
  const value = translate(operand, context)
  return isFoldable(value, type) ? constantOf(value.constant!, type, context) : cast(value, type, context)
}

/** What was cast before, as in `('a'::character varying)::text`, and numbers as in `(0)::numeric`. */
const isFoldable = ({ constant, holds }: Value, { modifiers }: TypeName): boolean =>
  constant !== undefined && modifiers.length === 0 && ['integer', 'decimal', 'text'].includes(holds)

function binary(
  operator: string,
  { left, right }: { left: Expression; right: Expression },
  context: Context,
): Value {
  if (operator === 'AND' || operator === 'OR')
    return truth(`(${condition(left, context)} ${operator} ${condition(right, context)})`)
  const [a, b] = [translate(left, context), translate(right, context)]
  switch (operator) {
    case '=':
    case '<>':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(operator, a, b)
    case '~~':
      return truth(like(a, b))
    case '!~~':
      return truth(`(NOT ${like(a, b)})`)
    case '||':
      return joined(a, b)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, a, b)
    default:
      return refuse(`the operator ${operator}`)
  }
}

function joined(a: Value, b: Value): Value {
  const odd = [a, b].find(({ holds }) => holds !== 'text' && holds !== 'word')
  return odd ? refuse(`${wordsOf(odd)} beside ||`) : { sql: `(${a.sql} || ${b.sql})`, holds: 'text' }
}

/** Decimals are floats in SQLite: their sums and products would not be exact. */
function arithmetic(operator: string, a: Value, b: Value): Value {
  const isWhole = a.holds === 'integer' && b.holds === 'integer'
  const isFloat = isNumber(a) && isNumber(b) && [a, b].every(({ holds }) => holds !== 'decimal')
  if (!isWhole && !(isFloat && operator !== '%'))
    return refuse('computing with other than whole numbers and floats')
  const divides = operator === '/' || operator === '%'
  if (divides && (b.constant === undefined || Number(b.constant) === 0))
    return refuse('a division by what may be 0: SQLite makes NULL of it')
  return { sql: `(${a.sql} ${operator} ${b.sql})`, holds: isWhole ? 'integer' : 'float' }
}

function minus(value: Value): Value {
  if (!isNumber(value)) return refuse(`${wordsOf(value)} behind a minus`)
  const constant = value.constant === undefined ? {} : { constant: `-${value.constant}` }
  return { sql: `(-${value.sql})`, holds: value.holds, ...constant }
}

function is({ operand, what, not }: Extract<Expression, { kind: 'is' }>, context: Context): Value {
  const value = translate(operand, context)
  if (what !== 'NULL' && value.holds !== 'boolean') return refuse('IS of something else than a truth')
  const word = what === 'UNKNOWN' ? 'NULL' : what
  return truth(`(${value.sql} IS ${not ? 'NOT ' : ''}${word})`)
}

function distinct({ left, right, not }: Extract<Expression, { kind: 'distinct' }>, context: Context): Value {
  const [a, b] = [translate(left, context), translate(right, context)]
  if (comparable('=', a, b) === 'digits') return refuse('IS DISTINCT FROM of a decimal held as text')
  return truth(`(${a.sql} IS ${not ? '' : 'NOT '}${b.sql})`)
}

/** Calls with a schema are of extensions or of users. */
const OF_EXTENSIONS = ['gen_random_uuid', 'uuid_generate_v4']

function callOf(node: Extract<Expression, { kind: 'call' }>, context: Context): Value {
  const name = node.name.toLowerCase()
  if (node.schema !== undefined && !OF_EXTENSIONS.includes(name)) return refuse(`the function ${node.name}()`)
  const given = node.arguments.map(argument => translate(argument, context))
  const aggregate = context.aggregate?.(node.star ? `${name}(*)` : name, node.distinct, given)
  if (aggregate) return aggregate
  if (node.star || node.distinct) return refuse(`the function ${node.name}()`)
  return name === 'date_part' && given[0]?.constant !== undefined && given[1]
    ? extract(given[0].constant, given[1])
    : call(name, given, context)
}

function caseOf({ operand, branches, otherwise }: Case, context: Context): Value {
  const base = operand && translate(operand, context)
  const whens = branches.map(({ when }) => {
    if (!base) return condition(when, context)
    const value = translate(when, context)
    return comparable('=', base, value) === 'digits' ? refuse('CASE over a decimal held as text') : value.sql
  })
  const results = branches.map(({ result }) => translate(result, context))
  const last = otherwise && translate(otherwise, context)
  const holds = common([...results, ...(last ? [last] : [])])
  const lines = whens.map((when, i) => `WHEN ${when} THEN ${results[i]!.sql}`)
  const head = base ? `CASE ${base.sql}` : 'CASE'
  return { sql: [head, ...lines, ...(last ? [`ELSE ${last.sql}`] : []), 'END'].join(' '), holds }
}

/** `= ANY (ARRAY[…])` is IN, `<> ALL (ARRAY[…])` is NOT IN; also LIKE with several patterns. */
function quantified({ operator, all, left, array }: Quantified, context: Context): Value {
  const items = itemsOf(array)
  const value = translate(left, context)
  const others = items.map(item => translate(item, context))
  if (others.length === 0) return truth(all ? '1' : '0')
  if ((operator === '=' && !all) || (operator === '<>' && all)) {
    for (const other of others)
      if (comparable('=', value, other) === 'digits') refuse('a list of decimals held as text')
    return truth(`(${value.sql} ${all ? 'NOT IN' : 'IN'} (${others.map(({ sql }) => sql).join(', ')}))`)
  }
  const tests = others.map(other => binaryOf(operator, value, other))
  return truth(`(${tests.join(all ? ' AND ' : ' OR ')})`)
}

function binaryOf(operator: string, left: Value, right: Value): string {
  if (operator === '~~') return like(left, right)
  if (operator === '!~~') return `(NOT ${like(left, right)})`
  return /^[<>=]+$/.test(operator) ? compare(operator, left, right).sql : refuse(`the operator ${operator}`)
}

/** A cast of the list is one of its members. */
function itemsOf(array: Expression): Expression[] {
  if (array.kind === 'array') return array.items
  if (array.kind !== 'cast' || !array.type.isArray) return refuse('ANY or ALL of something else than a list')
  const type = { ...array.type, isArray: false }
  if (array.operand.kind === 'text') return refuse('a list as one constant')
  return itemsOf(array.operand).map(operand => ({ kind: 'cast', operand, type }))
}

function collate(value: Value, collation: string): Value {
  if (collation !== 'C' && collation !== 'POSIX') return refuse('a collation that SQLite does not have')
  return { ...value, byBytes: true }
}

const FIELDS: Record<string, string> = {
  ...{ year: '%Y', month: '%m', day: '%d', hour: '%H', minute: '%M', doy: '%j', dow: '%w' },
}

/** Of dates and timestamps without a zone; seconds have decimals. */
function extract(field: string, value: Value): Value {
  const format = FIELDS[field]
  if (!format || (value.holds !== 'date' && value.holds !== 'timestamp'))
    return refuse(`the ${field} of ${wordsOf(value)}`)
  return { sql: `CAST(strftime('${format}', ${value.sql}) AS INTEGER)`, holds: 'decimal' }
}
