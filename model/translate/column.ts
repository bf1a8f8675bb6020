/** Names of columns, and queries inside of expressions. */
import type { Expression, Query } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { collationNamed } from './collation.ts'
import { literalValue } from './literal.ts'
import type { Affinity, ColumnRef, TranslatedQuery } from './scope.ts'
import { type Context, refuse, type Value } from './value.ts'

/** The affinity of columns that become this type, where their declaration says nothing else. */
const AFFINITIES: Partial<Record<LogicalType['kind'], Affinity>> = {
  boolean: 'NUMERIC',
  integer: 'INTEGER',
  float: 'REAL',
  numeric: 'NUMERIC',
  bytes: 'BLOB',
}

export function columnValue(node: Extract<Expression, { kind: 'column' }>, { scope }: Context): Value {
  const column = scope.column(node.name, node.table)
  if (column) return valueOfColumn(column)
  // SQLite reads "double quotes" as a text where no such column is.
  if (node.quoted && node.table === undefined) return literalValue({ kind: 'text', value: node.name })
  return refuse('a name that is no column here')
}

function valueOfColumn({ sql, type, collation, apart, affinity, times, merged, given }: ColumnRef): Value {
  return {
    sql: apart ? `(${sql} COLLATE "C")` : sql,
    type,
    affinity: affinity ?? AFFINITIES[type.kind] ?? 'TEXT',
    collating: { name: collation === undefined ? 'BINARY' : collationNamed(collation), explicit: false },
    ...(times && { times }),
    ...(given && { given }),
    ...mixedOf(type, affinity, merged),
    ...scaleOf(type),
  }
}

function scaleOf(type: LogicalType): { scale?: number } {
  if (type.kind === 'integer' || type.kind === 'boolean') return { scale: 0 }
  return type.kind === 'numeric' && type.precision !== undefined ? { scale: type.scale ?? 0 } : {}
}

/** What is declared to hold numbers and is a text in the target holds both. */
function mixedOf(
  type: LogicalType,
  affinity: Affinity = 'TEXT',
  merged?: true,
): Pick<Value, 'mixed' | 'merged'> {
  if (merged) return { mixed: true, merged }
  return type.kind === 'text' && affinity !== 'TEXT' && affinity !== 'BLOB' ? { mixed: true } : {}
}

/** The query in SQL of the target; refused where none may stand. */
export function querySql(query: Query, { scope }: Context): TranslatedQuery {
  return scope.query ? scope.query(query) : refuse('a query inside of an expression')
}

/** A query as a value: the first column of its first row. */
export function queryValue(query: Query, context: Context): Value {
  const { sql, columns } = querySql(query, context)
  const [column] = columns
  if (!column || columns.length > 1) return refuse('a query of several columns as a value')
  return {
    // Without LIMIT 1 PostgreSQL refuses a second row that SQLite ignores.
    sql: isSingle(query) ? `(${sql})` : `(SELECT * FROM (${sql}) AS q LIMIT 1)`,
    ...(column.type && typed(column.type, column.affinity, column.merged)),
  }
}

function typed(
  type: LogicalType,
  affinity: Affinity = AFFINITIES[type.kind] ?? 'TEXT',
  merged?: true,
): Partial<Value> {
  return { type, affinity, ...scaleOf(type), ...mixedOf(type, affinity, merged) }
}

const AGGREGATES = /^(count|sum|total|avg|min|max|group_concat|string_agg)$/i

/** One aggregate without groups gives one row. */
function isSingle({ bodies, limit }: Query): boolean {
  const [body] = bodies
  if (limit?.kind === 'number' && limit.text === '1') return true
  if (bodies.length > 1 || body?.kind !== 'select' || body.group.length > 0) return false
  const [column] = body.columns
  if (column?.kind !== 'expression' || column.expression.kind !== 'call') return false
  const {
    name,
    over,
    star,
    arguments: { length },
  } = column.expression
  return (
    AGGREGATES.test(name) &&
    over === undefined &&
    (star || length === 1 || /^(group_concat|string_agg)$/i.test(name))
  )
}
