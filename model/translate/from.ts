/** FROM: tables, queries and joins, and which column a name means among them. */

import { assignNames } from '../build-plan/names.ts'
import { quoteName } from '../sql-text.ts'
import type { Expression, Source } from '../sqlite-sql/ast.ts'
import { isRowNumber, sameName } from '../sqlite-sql/names.ts'
import { translateJoin } from './join.ts'
import { translateWithin } from './query.ts'
import type { QueryContext } from './query-context.ts'
import { type ColumnRef, type RelationRef, Untranslatable } from './scope.ts'

export interface FromColumn {
  /** In the source. */
  name: string
  ref: ColumnRef
  /** Not among `*`. */
  hidden?: boolean
}

export type ColumnPair = readonly [string, string]

/** A table or query of FROM. */
export interface FromItem {
  /** Name by which the source's SQL calls it; absent for a query without a name. */
  name?: string
  columns: FromColumn[]
  rowid?: FromColumn
  /** Sets of columns, as SQL, in which no two rows are equal, but for NULLs. */
  keys: string[][]
  primaryKey?: string[]
}

export interface From {
  sql: string
  items: FromItem[]
  /** What `*` gives, and what a name without a table means: columns that USING joins stand there once. */
  visible: FromColumn[]
  /** Conditions of inner joins, and pairs of columns that they hold equal (by SQL). */
  conditions: Expression[]
  equal: ColumnPair[]
  /** Tables that a LEFT JOIN fills up with NULL, with its condition. */
  optional: { item: FromItem; on: Expression[]; equal: ColumnPair[] }[]
  /** A RIGHT or FULL join is in it: what is known of rows may not hold. */
  fillsLeft: boolean
}

export const NOTHING: From = {
  sql: '',
  items: [],
  visible: [],
  conditions: [],
  equal: [],
  optional: [],
  fillsLeft: false,
}

/** Translates what follows FROM. Throws `Untranslatable`. */
export function translateFrom(source: Source, context: QueryContext): From {
  if (source.kind === 'join')
    return translateJoin(
      source,
      translateFrom(source.left, context),
      translateFrom(source.right, context),
      context,
    )
  return source.kind === 'table' ? fromTable(source, context) : fromQuery(source, context)
}

function fromTable(source: Extract<Source, { kind: 'table' }>, context: QueryContext): From {
  if (source.arguments)
    throw new Untranslatable(`the table function ${source.name}() is not known in PostgreSQL`)
  const relation = context.table(source.name, source.schema)
  const name = source.alias ?? source.name
  const alias = context.alias(name)
  const shown = relation.sql === quoteName(alias) ? relation.sql : `${relation.sql} AS ${quoteName(alias)}`
  return single(shown, itemOf(relation, alias, name))
}

/** The columns of a table that stands in the target's SQL as `alias`, and in the source's as `name`. */
export function itemOf(relation: RelationRef, alias: string, name: string): FromItem {
  const sql = (target: string) => `${quoteName(alias)}.${quoteName(target)}`
  const columns = relation.columns.map(column => fromColumn(column, sql(column.target)))
  const rowid = relation.rowid
  const number = columns.find(column => rowid !== undefined && sameName(column.name, rowid))
  return {
    name,
    columns,
    keys: relation.uniques.map(key => key.map(sql)),
    ...(relation.primaryKey && { primaryKey: relation.primaryKey.map(sql) }),
    ...(number && { rowid: number }),
  }
}

/** A column of a table as it stands in SQL. */
export function fromColumn(column: RelationRef['columns'][number], sql: string): FromColumn {
  const { name, target: _, hidden, generated: __, ...ref } = column
  return { name, ref: { ...ref, sql }, ...(hidden && { hidden }) }
}

function fromQuery(source: Extract<Source, { kind: 'query' }>, context: QueryContext): From {
  const inner = translateWithin(source.query, context.within())
  const names = assignNames(
    inner.columns.map(({ name }) => name),
    new Set(),
  )
  const alias = context.alias(source.alias ?? 'subquery')
  const columns = inner.columns.map(({ name, type, ...column }, i) => ({
    name,
    ref: {
      ...column,
      sql: `${quoteName(alias)}.${quoteName(names[i]!)}`,
      type: type ?? { kind: 'text' as const },
    },
  }))
  const sql = `(${inner.sql}) AS ${quoteName(alias)} (${names.map(quoteName).join(', ')})`
  return single(sql, { ...(source.alias !== undefined && { name: source.alias }), columns, keys: [] })
}

function single(sql: string, item: FromItem): From {
  return { ...NOTHING, sql, items: [item], visible: item.columns.filter(({ hidden }) => !hidden) }
}

/** What a name means among the tables of FROM. Throws `Untranslatable` where it means two things. */
export function findColumn(from: From, name: string, table?: string): FromColumn | undefined {
  const items = table === undefined ? from.items : from.items.filter(item => isCalled(item, table))
  const columns =
    table === undefined
      ? [...from.visible, ...from.items.flatMap(item => item.columns.filter(({ hidden }) => hidden))]
      : items.flatMap(item => item.columns)
  const found = columns.filter(column => sameName(column.name, name))
  if (found.length > 1) throw new Untranslatable('a name of a column means several of them')
  if (found[0] || !isRowNumber(name)) return found[0]
  const numbers = items.flatMap(({ rowid }) => (rowid ? [rowid] : []))
  return items.length === 1 ? numbers[0] : undefined
}

export function isCalled(item: FromItem, table: string): boolean {
  return item.name !== undefined && sameName(item.name, table)
}
