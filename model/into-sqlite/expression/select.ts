/** A query of a view in SQLite's words. Throws `NotUnderstood` where its rows might be others. */
import type { Expression, From, Select } from '../../postgres-sql/ast.ts'
import { parseSelect } from '../../postgres-sql/select.ts'
import { quoteName } from '../../sql-text.ts'
import { aggregate } from './aggregates.ts'
import { comparable } from './compare.ts'
import { condition, translate } from './translate.ts'
import { type Context, refuse, type Value } from './value.ts'

/** A table or view that queries read. */
export interface Relation {
  /** Its name in SQLite. */
  target: string
  column: (name: string, alias: string) => Value | undefined
}

export interface Surroundings extends Pick<Context, 'origin' | 'warn'> {
  relation: (schema: string | undefined, name: string) => Relation | undefined
}

/** The query, and what its columns hold. */
export function translateSelect(text: string, around: Surroundings): { sql: string; columns: Value[] } {
  const query = parseSelect(text)
  const sources = query.from ? sourcesOf(query.from, around) : []
  const context: Context = {
    origin: around.origin,
    warn: around.warn,
    clock: false,
    column: (name, table) => columnOf(sources, name, table),
  }
  const grouped: Context = { ...context, aggregate }
  const columns = query.items.map(item => translate(item.expression, grouped))
  if (query.distinct) for (const column of columns) needEquality(column)
  const groups = query.groupBy.map(node => needEquality(translate(node, context)))
  const parts = [
    `SELECT ${query.distinct ? 'DISTINCT ' : ''}${columns.map(({ sql }) => sql).join(', ')}`,
    ...(query.from ? [`FROM ${fromSql(query.from, around, context)}`] : []),
    ...(query.where ? [`WHERE ${condition(query.where, context)}`] : []),
    ...(groups.length > 0 ? [`GROUP BY ${groups.join(', ')}`] : []),
    ...(query.having ? [`HAVING ${condition(query.having, grouped)}`] : []),
    ...(query.orderBy.length > 0 ? [`ORDER BY ${orderOf(query, grouped)}`] : []),
    ...limitOf(query, context),
  ]
  return { sql: parts.join('\n'), columns }
}

interface Source {
  alias: string
  relation: Relation
}

function sourcesOf(from: From, around: Surroundings): Source[] {
  if (from.kind === 'join') return [...sourcesOf(from.left, around), ...sourcesOf(from.right, around)]
  return [{ alias: from.alias ?? from.name, relation: relationOf(from, around) }]
}

type Named = Extract<From, { kind: 'table' }>

const relationOf = ({ schema, name }: Named, { relation }: Surroundings): Relation =>
  relation(schema, name) ?? refuse('it reads what is no table or view of the plan')

function columnOf(sources: readonly Source[], name: string, table: string | undefined): Value | undefined {
  const asked = table === undefined ? sources : sources.filter(({ alias }) => alias === table)
  return asked.flatMap(({ alias, relation }) => relation.column(name, alias) ?? [])[0]
}

function fromSql(from: From, around: Surroundings, context: Context): string {
  if (from.kind === 'table') {
    const { target } = relationOf(from, around)
    const alias = from.alias ?? from.name
    return alias === target ? quoteName(target) : `${quoteName(target)} AS ${quoteName(alias)}`
  }
  const left = fromSql(from.left, around, context)
  // In parentheses a join of its own, which comes first.
  const right = fromSql(from.right, around, context)
  const inner = from.right.kind === 'join' ? `(${right})` : right
  const on = from.on ? ` ON ${condition(from.on, context)}` : ''
  return `${left} ${from.type === 'INNER' ? '' : `${from.type} `}JOIN ${inner}${on}`
}

/** Rows are told apart by it. */
function needEquality(value: Value): string {
  const holds = comparable('=', value, value)
  if (holds === 'digits' || holds === 'folded')
    return refuse('rows are told apart by what may be spelled in two ways')
  return value.sql
}

function orderOf({ orderBy, limit }: Select, context: Context): string {
  return orderBy
    .map(({ expression, descending, nulls }) => {
      const value = translate(expression, context)
      const place = nulls ?? (descending ? 'FIRST' : 'LAST')
      return `${orderable(value, limit, context)}${descending ? ' DESC' : ''} NULLS ${place}`
    })
    .join(', ')
}

/** Texts come by their bytes; that says which rows come only where there is a limit. */
function orderable(value: Value, limit: Expression | undefined, context: Context): string {
  const isText = ['text', 'padded', 'label', 'folded'].includes(value.holds) && !value.byBytes
  if (!isText) {
    comparable('<', value, value)
    return value.holds === 'digits' ? refuse('decimals held as texts are put in order') : value.sql
  }
  if (limit) return refuse('LIMIT over an order of texts')
  context.warn({
    code: 'order-by-bytes',
    message: 'it sorts texts: by their bytes in SQLite, by a collation in PostgreSQL',
  })
  return value.sql
}

function limitOf({ limit, offset }: Select, context: Context): string[] {
  const count = (node: Expression) => {
    const { holds, sql } = translate(node, context)
    return holds === 'integer' ? sql : refuse('a LIMIT that is no number')
  }
  if (!limit && !offset) return []
  return [`LIMIT ${limit ? count(limit) : -1}${offset ? ` OFFSET ${count(offset)}` : ''}`]
}
