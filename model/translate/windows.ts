/** Windows and the functions that need one (https://sqlite.org/windowfunctions.html). */
import { quoteName } from '../sql-text.ts'
import type { Expression, FunctionCall, Window } from '../sqlite-sql/ast.ts'
import type { AggregateFunction } from './call.ts'
import { unify } from './case.ts'
import { groupingOf, orderingSql } from './ordering.ts'
import { type Context, FLOAT, INTEGER, refuse, SMALL, type Value } from './value.ts'

export const WINDOW_FUNCTIONS: Record<string, AggregateFunction> = {
  row_number: node => plain(node, INTEGER),
  rank: node => plain(node, INTEGER),
  dense_rank: node => plain(node, INTEGER),
  percent_rank: node => plain(node, FLOAT),
  cume_dist: node => plain(node, FLOAT),
  ntile: (node, context) => ({
    ...call(node, [integerArgument(node.arguments[0], context)]),
    type: SMALL,
    scale: 0,
  }),
  lag: shifted,
  lead: shifted,
  first_value: (node, context) => of(node, one(node, context), []),
  last_value: (node, context) => of(node, one(node, context), []),
  nth_value: (node, context) =>
    of(node, argument(node, 0, context), [integerArgument(node.arguments[1], context)]),
}

type Result = ReturnType<AggregateFunction>

function call(node: FunctionCall, parts: string[]): Pick<Result, 'make'> {
  const sql = `pg_catalog.${node.name.toLowerCase()}(${parts.join(', ')})`
  return { make: complete => complete(sql) }
}

function plain(node: FunctionCall, type: NonNullable<Value['type']>): Result {
  if (node.arguments.length > 0) return refuse(`${node.name.toLowerCase()}() with arguments`)
  return { ...call(node, []), type }
}

function argument(node: FunctionCall, i: number, context: Context): Value {
  const expression = node.arguments[i]
  return expression ? context.value(expression) : refuse(`${node.name.toLowerCase()}() without an argument`)
}

function one(node: FunctionCall, context: Context): Value {
  return node.arguments.length > 1
    ? refuse(`${node.name.toLowerCase()}() with several arguments`)
    : argument(node, 0, context)
}

/** A function that gives one of the values of its argument. */
function of(node: FunctionCall, value: Value, more: string[]): Result {
  if (!value.type) return refuse(`${node.name.toLowerCase()}() of such values`)
  const {
    sql,
    literal: _,
    moment: __,
    fresh: ___,
    shape: ____,
    collating: _____,
    affinity: ______,
    ...rest
  } = value
  return { ...rest, ...call(node, [sql, ...more]) }
}

function shifted(node: FunctionCall, context: Context): Result {
  const value = argument(node, 0, context)
  const distance = node.arguments[1]
  const otherwise = node.arguments[2]
  if (!otherwise) return of(node, value, distance ? [integerArgument(distance, context)] : [])
  const { sql, value: unified } = unify([value, context.value(otherwise)])
  const type = unified.type ? {} : refuse(`${node.name.toLowerCase()}() of such values`)
  return { ...unified, ...type, ...call(node, [sql[0]!, integerArgument(distance, context), sql[1]!]) }
}

function integerArgument(expression: Expression | undefined, context: Context): string {
  const literal = expression && context.value(expression).literal
  const small = literal?.kind === 'integer' && literal.value >= 0n && literal.value < 2n ** 31n
  return small ? String(literal.value) : refuse('a window function with a number that is no constant')
}

/** ` OVER …`, of a window in place or one that the query names. */
export function overClause(over: Window | string, context: Context): string {
  return typeof over === 'string' ? ` OVER ${quoteName(over)}` : ` OVER (${windowSql(over, context)})`
}

/** Frames without numbers, and ROWS and GROUPS, mean the same in both engines. */
const FRAME =
  /^(ROWS|GROUPS|RANGE)( BETWEEN)? (UNBOUNDED PRECEDING|CURRENT ROW|\d+ PRECEDING|\d+ FOLLOWING)( AND (UNBOUNDED FOLLOWING|CURRENT ROW|\d+ PRECEDING|\d+ FOLLOWING))?( EXCLUDE (NO OTHERS|CURRENT ROW|GROUP|TIES))?$/

/** What stands between the parentheses of OVER. */
function windowSql({ base, partition, order, frame }: Window, context: Context): string {
  if (frame !== undefined && (!FRAME.test(frame) || /^RANGE.*\d/.test(frame)))
    return refuse('a window with such a frame')
  const parts = [
    base === undefined ? [] : quoteName(base),
    partition.length > 0
      ? `PARTITION BY ${partition.map(one => groupingOf(context.value(one))).join(', ')}`
      : [],
    order.length > 0 ? `ORDER BY ${order.map(one => orderingSql(one, context)).join(', ')}` : [],
    frame ?? [],
  ]
  return parts.flat().join(' ')
}
