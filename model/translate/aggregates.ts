/** Aggregates (https://sqlite.org/lang_aggfunc.html). */
import type { FunctionCall } from '../sqlite-sql/ast.ts'
import type { AggregateFunction, Make } from './call.ts'
import { collationOf, keyOf } from './collation.ts'
import { asNumber, asText } from './convert.ts'
import { exactSum } from './exact.ts'
import { memberText } from './json-functions.ts'
import { orderingSql } from './ordering.ts'
import {
  BOOLEAN,
  type Context,
  FLOAT,
  INTEGER,
  isMomentType,
  isNull,
  refuse,
  TEXT,
  type Value,
} from './value.ts'

export const AGGREGATES: Record<string, AggregateFunction> = {
  count,
  sum,
  total,
  avg,
  min: (node, context) => extreme('min', node, context),
  max: (node, context) => extreme('max', node, context),
  group_concat: concat,
  string_agg: concat,
  json_group_array: jsonArray,
}

function onlyArgument(node: FunctionCall, context: Context): Value {
  const [argument, ...more] = node.arguments
  if (!argument || more.length > 0 || node.order)
    return refuse(`${node.name.toLowerCase()}() called in this way`)
  return context.value(argument)
}

const distinctOf = (node: FunctionCall): string => (node.distinct ? 'DISTINCT ' : '')

function count(node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const value = node.star || node.arguments.length === 0 ? undefined : onlyArgument(node, context)
  if (node.distinct && value?.merged) return refuse('count() of distinct texts and numbers')
  const inside = value ? `${distinctOf(node)}${value.json ?? keyFor(value)}` : '*'
  return { type: INTEGER, scale: 0, make: complete => complete(`pg_catalog.count(${inside})`) }
}

function keyFor(value: Value): string {
  return value.type?.kind === 'text' ? keyOf(value.sql, collationOf(value)) : value.sql
}

type Sum = Pick<Value, 'mixed' | 'scale'> & { integer: boolean; sql: string; make: Make }

/** The sum as a number of any size, or as a float. */
function sumOf(node: FunctionCall, context: Context): Sum {
  const what = `${node.name.toLowerCase()}()`
  const { sql, kind, scale } = asNumber(onlyArgument(node, context), what)
  if (kind === 'integer') {
    const call = `pg_catalog.sum(${distinctOf(node)}${sql})`
    return { integer: true, sql, scale: 0, make: complete => `(${complete(call)})` }
  }
  if (node.distinct) return refuse(`${what} of distinct floats`)
  return {
    integer: false,
    sql,
    ...(kind === 'mixed' && { mixed: true }),
    ...(scale !== undefined && { scale }),
    make: complete => exactSum(sql, complete),
  }
}

function sum(node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const { integer, make, sql: _, ...known } = sumOf(node, context)
  if (!integer) return { type: FLOAT, ...known, make }
  return { type: INTEGER, ...known, make: complete => `${make(complete)}::bigint` }
}

function total(node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const { make } = sumOf(node, context)
  return { type: FLOAT, make: complete => `COALESCE(${make(complete)}::float8, 0)` }
}

function avg(node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const { make, sql } = sumOf(node, context)
  const number = `pg_catalog.count(${distinctOf(node)}${sql})`
  return { type: FLOAT, make: complete => `(${make(complete)}::float8 / NULLIF(${complete(number)}, 0))` }
}

const known = ({ scale }: Value): Partial<Value> => (scale === undefined ? {} : { scale })

function extreme(name: 'min' | 'max', node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const value = onlyArgument(node, context)
  const { type, sql, moment } = value
  if (isNull(value) || !type) return refuse(`${name}() of such values`)
  if (type.kind === 'boolean') {
    const call = `pg_catalog.${name === 'min' ? 'bool_and' : 'bool_or'}(${sql})`
    return { type: BOOLEAN, scale: 0, make: complete => complete(call) }
  }
  if (type.kind === 'text') {
    if (collationOf(value) !== 'BINARY') return refuse(`${name}() by a collation`)
    if (value.mixed) return refuse(`${name}() of texts and numbers`)
    return { type: TEXT, make: complete => complete(`pg_catalog.${name}(${sql} COLLATE "C")`) }
  }
  const ordered = isMomentType(type) || ['integer', 'float', 'numeric'].includes(type.kind)
  if (!ordered || moment) return refuse(`${name}() of such values`)
  return {
    type,
    ...known(value),
    ...(value.mixed && { mixed: true }),
    make: complete => complete(`pg_catalog.${name}(${sql})`),
  }
}

function concat(node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const [argument, separator, ...more] = node.arguments
  if (!argument || more.length > 0 || (node.distinct && node.order))
    return refuse(`${node.name.toLowerCase()}() called in this way`)
  const text = asText(context.value(argument))
  const between = separator ? asText(context.value(separator)) : "','"
  const order = node.order ? ` ORDER BY ${node.order.map(one => orderingSql(one, context)).join(', ')}` : ''
  const call = `pg_catalog.string_agg(${distinctOf(node)}${text}, ${between}${order})`
  return { type: TEXT, make: complete => complete(call) }
}

/** Spelled as SQLite does it, without blanks; of no rows it is an empty array. */
function jsonArray(node: FunctionCall, context: Context): ReturnType<AggregateFunction> {
  const [argument, ...more] = node.arguments
  if (!argument || more.length > 0 || node.distinct) return refuse('json_group_array() called in this way')
  const member = memberText(context.value(argument))
  const order = node.order ? ` ORDER BY ${node.order.map(one => orderingSql(one, context)).join(', ')}` : ''
  const call = `pg_catalog.string_agg(${member}, ','${order})`
  return { type: TEXT, make: complete => `('[' || COALESCE(${complete(call)}, '') || ']')` }
}
