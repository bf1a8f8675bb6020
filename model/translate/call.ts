/** Calls of functions: plain ones, aggregates, and either over a window. */

import type { Expression, FunctionCall } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { AGGREGATES } from './aggregates.ts'
import { BLOB_FUNCTIONS } from './blob-functions.ts'
import { chooseBy, unify } from './case.ts'
import { refuseBuried } from './collation.ts'
import { compare } from './comparison.ts'
import { JSON_FUNCTIONS } from './json-functions.ts'
import { MATH_FUNCTIONS } from './math-functions.ts'
import { NUMBER_FUNCTIONS } from './number-functions.ts'
import { PRINT_FUNCTIONS } from './print-functions.ts'
import { RANDOM_FUNCTIONS } from './random-functions.ts'
import { SUBSTR } from './substr.ts'
import { TEXT_FUNCTIONS } from './text-functions.ts'
import { TIME_FUNCTIONS } from './time-functions.ts'
import { type Context, isNull, refuse, type Value } from './value.ts'
import { overClause, WINDOW_FUNCTIONS } from './windows.ts'

/** A function over values that are translated already. */
export type ValueFunction = (values: Value[], context: Context) => Value

const FUNCTIONS: Record<string, { least: number; most: number; translate: ValueFunction }> = {
  ...TEXT_FUNCTIONS,
  ...BLOB_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...SUBSTR,
  ...NUMBER_FUNCTIONS,
  ...PRINT_FUNCTIONS,
  ...RANDOM_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...JSON_FUNCTIONS,
}

export function translateCall(node: FunctionCall, context: Context, want?: LogicalType): Value {
  const name = node.name.toLowerCase()
  const special = Object.hasOwn(CHOICES, name) ? CHOICES[name]!(node.arguments, context, want) : undefined
  if (special) return special
  if (isAggregate(name, node)) return overOrNot(node, AGGREGATES[name]!(node, context), context)
  if (node.over !== undefined && Object.hasOwn(WINDOW_FUNCTIONS, name))
    return overOrNot(node, WINDOW_FUNCTIONS[name]!(node, context), context)
  if (!Object.hasOwn(FUNCTIONS, name)) return refuse(`the function ${showFunction(node.name)}`)
  const { least, most, translate } = FUNCTIONS[name]!
  const { length } = node.arguments
  if (node.distinct || node.star || node.filter || node.over !== undefined || length < least || length > most)
    return refuse(`the function ${name} called in this way`)
  const values = node.arguments.map(argument => context.value(argument))
  refuseBuried(values, `${name}()`)
  return translate(values, context)
}

/** Whether it is one that is translated at times: such functions do nothing besides giving a value. */
export function isPure({ name: written }: FunctionCall): boolean {
  const name = written.toLowerCase()
  return [FUNCTIONS, CHOICES, AGGREGATES, WINDOW_FUNCTIONS].some(group => Object.hasOwn(group, name))
}

/** A name is the application's own, and may be anything. */
export const showFunction = (name: string): string => (/^\w{1,40}$/.test(name) ? name : 'of this name')

function isAggregate(name: string, node: FunctionCall): boolean {
  const several = (name === 'min' || name === 'max') && node.arguments.length > 1
  return Object.hasOwn(AGGREGATES, name) && !several
}

/** The pieces of an aggregate or window function, each with the clauses that follow a call. */
function overOrNot(
  node: FunctionCall,
  { make, ...value }: Omit<Value, 'sql'> & { make: Make },
  context: Context,
): Value {
  const filter = node.filter ? ` FILTER (WHERE ${context.truth(node.filter)})` : ''
  const over = node.over === undefined ? '' : overClause(node.over, context)
  return { ...value, sql: make(call => `${call}${filter}${over}`) }
}

/** Builds the SQL; `complete` puts FILTER and OVER behind a call of an aggregate. */
export type Make = (complete: (call: string) => string) => string
export type AggregateFunction = (node: FunctionCall, context: Context) => Omit<Value, 'sql'> & { make: Make }

type Choice = (parts: Expression[], context: Context, want?: LogicalType) => Value | undefined

const CHOICES: Record<string, Choice> = {
  coalesce: firstOf,
  ifnull: firstOf,
  iif: choice,
  if: choice,
  nullif: nullIf,
  likely: first,
  unlikely: first,
  likelihood: first,
}

function first([value]: Expression[], context: Context, want?: LogicalType): Value | undefined {
  return value && context.value(value, want)
}

function firstOf(parts: Expression[], context: Context, want?: LogicalType): Value | undefined {
  if (parts.length < 2) return undefined
  const values = parts.map(part => context.value(part, want))
  const { sql, value } = unify(values, want)
  return { ...value, sql: `COALESCE(${sql.join(', ')})`, ...momentOf(values) }
}

/** The first of times is a time itself. */
function momentOf(values: Value[]): Pick<Value, 'moment'> {
  const moments = values.flatMap(({ moment }) => moment ?? [])
  const forms = moments[0]?.forms.filter(form => moments.every(moment => moment.forms.includes(form))) ?? []
  if (moments.length < values.length || forms.length === 0) return {}
  return { moment: { sql: `COALESCE(${moments.map(({ sql }) => sql).join(', ')})`, forms } }
}

/** `iif(a, x, b, y, z)` is a CASE; without the last it ends in NULL. */
function choice(parts: Expression[], context: Context, want?: LogicalType): Value | undefined {
  if (parts.length < 2) return undefined
  const isTest = (i: number) => i % 2 === 0 && i < parts.length - 1
  const tests = parts.filter((_, i) => isTest(i)).map(part => context.truth(part))
  const results = parts.filter((_, i) => !isTest(i)).map(part => context.value(part, want))
  return chooseBy(tests, results, want)
}

function nullIf(parts: Expression[], context: Context, want?: LogicalType): Value | undefined {
  const [left, right] = parts.map(part => context.value(part, want))
  if (!left || !right || parts.length > 2) return undefined
  if (isNull(left) || isNull(right)) return left
  const { moment: _, shape: __, literal: ___, collating: ____, bare: _____, ...value } = withoutAffinity(left)
  const of = (sql: string) =>
    `(CASE WHEN ${compare('=', withoutAffinity(left), withoutAffinity(right))} THEN NULL ELSE ${sql} END)`
  return { ...value, sql: of(left.sql), ...(left.json !== undefined && { json: of(left.json) }) }
}

/** A function compares its arguments as they are; those of one type need nothing else. */
function withoutAffinity({ affinity: _, ...value }: Value): Value {
  return value
}
