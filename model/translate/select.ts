/** One SELECT: its columns by name, and ORDER BY where it has one of its own. */

import { nameFits } from '../build-plan/names.ts'
import { quoteName } from '../sql-text.ts'
import type { Expression, Ordering, ResultColumn, Select } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { affinityOf } from './affinity.ts'
import {
  translateCondition,
  translateGrouping,
  translateOrdering,
  translateResult,
  translateValue,
} from './expression.ts'
import { type From, findColumn, isCalled, NOTHING, translateFrom } from './from.ts'
import { groupingOf } from './grouping.ts'
import { aliased, type LocalNames, localNames, type ResultItem } from './local-names.ts'
import { type OrderPlace, orderBy, orderOutside } from './order.ts'
import type { QueryContext } from './query-context.ts'
import { type ColumnRef, type Scope, type Translated, type TranslatedQuery, Untranslatable } from './scope.ts'
import { scopeOf } from './select-scope.ts'
import { typed } from './typed.ts'

/** What a SELECT or VALUES comes to; each column's `sql` is its value, without its name. */
export interface Body {
  sql: string
  columns: (Translated & TranslatedQuery['columns'][number])[]
}

export interface BodyOptions {
  /** Types that the columns must have, in order. */
  wants?: readonly (LogicalType | undefined)[]
  /** Each column is cast to its type in so many words, texts with their order too: for a recursive query. */
  exact?: boolean
  /** A column alone keeps its collation: in a view as such, where nothing compares it yet. */
  keeps?: boolean
}

/** Throws `Untranslatable`. */
export function translateSelect(
  select: Select,
  order: readonly Ordering[],
  context: QueryContext,
  { wants, exact = false, keeps = false }: BodyOptions = {},
): Body {
  const from = select.from ? translateFrom(select.from, context) : NOTHING
  const names = localNames(from, select.windows)
  const items = select.columns.flatMap((column, i) => itemsOf(column, i, from, names))
  const keys = select.group.map(node => groupKey(node, items, names))
  const terms = order.map(term => ({ ...term, expression: orderNode(term.expression, items, names) }))
  const having = select.having && names.resolveWith(items, select.having)
  const where = select.where && names.resolveWith(items, select.where)
  const grouping = groupingOf({ from, names, keys, where, having, items, terms })
  const rows = names.scope(scopeOf(from, context))
  const groups = grouping ? names.scope(scopeOf(from, context, grouping.use)) : rows
  const settle = (node: Expression) => (grouping ? grouping.settle(node, rows) : node)

  const isAlone = keeps && !grouping && !select.distinct
  const values = items.map(({ node }, i) => translateResult(settle(node), groups, wants?.[i]))
  const columns = values.map((value, i) => ({
    ...typed(value, wants?.[i], exact),
    name: items[i]!.name,
    ...natureOf(items[i]!.node, names),
    ...(isAlone && ownCollation(names.refOf(items[i]!.node))),
  }))
  if (select.distinct) columns.forEach(requireSameness)
  const sorted = terms.map(term => ({ ...term, expression: settle(term.expression) }))
  const condition = having && translateCondition(settle(having), groups)
  const pieces = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${columns.map(shownColumn).join(', ')}`,
    from.sql && `FROM ${from.sql}`,
    where && `WHERE ${translateCondition(where, rows)}`,
    grouping && groupBy(grouping.keys(), rows),
    condition && `HAVING ${condition}`,
    !select.distinct && orderBy(sorted.map(term => translateOrdering(term, groups))),
  ]
  const sql = pieces.filter(Boolean).join('\n')
  if (!select.distinct || sorted.length === 0) return { sql, columns }
  const places = sorted.map(term => placeAmong(columns, term, groups))
  return { sql: orderOutside(sql, columns, places), columns }
}

/** PostgreSQL sorts distinct rows only by columns as they stand, which COLLATE makes others: one level up it may. */
function placeAmong(columns: Body['columns'], term: Ordering, scope: Scope): OrderPlace {
  const { expression } = term
  const { sql } = translateValue(expression, scope)
  const place = columns.findIndex(column => column.sql === sql)
  return { term, place, ...(expression.kind === 'collate' && { collation: expression.collation }) }
}

function shownColumn({ sql, name }: { sql: string; name: string }): string {
  return nameFits(name) ? `${sql} AS ${quoteName(name)}` : sql
}

function itemsOf(column: ResultColumn, i: number, from: From, names: LocalNames): ResultItem[] {
  if (column.kind === 'all') return starOf(column.table, from, names)
  const { expression, alias, text } = column
  const name = alias ?? columnName(expression, from) ?? (text || `column${i + 1}`)
  return [{ name, ...(alias !== undefined && { alias }), node: names.resolve(expression) }]
}

/** The columns one by one: PostgreSQL would freeze and rename them in its own way. */
function starOf(table: string | undefined, from: From, names: LocalNames): ResultItem[] {
  const columns =
    table === undefined
      ? from.visible
      : from.items
          .filter(item => isCalled(item, table))
          .flatMap(item => item.columns.filter(({ hidden }) => !hidden))
  if (columns.length === 0) throw new Untranslatable('a * of no table')
  return columns.map(({ name, ref }) => ({ name, node: names.node(ref) }))
}

/** A column alone keeps its name as the table has it, with or without COLLATE. */
function columnName(node: Expression, from: From): string | undefined {
  if (node.kind === 'collate') return columnName(node.operand, from)
  if (node.kind !== 'column') return undefined
  return findColumn(from, node.name, node.table)?.name ?? (node.quoted ? undefined : node.name)
}

/** SQLite gives the columns of a query an affinity only where they are columns or casts. */
function natureOf(
  node: Expression,
  names: LocalNames,
): Pick<ColumnRef, 'affinity' | 'times' | 'merged' | 'printed'> {
  if (node.kind === 'collate') return natureOf(node.operand, names)
  if (node.kind === 'cast') return { affinity: affinityOf(node.type) }
  if (node.kind !== 'column') return { affinity: 'BLOB' }
  const { affinity, times, merged, printed } = names.refOf(node) ?? {}
  return {
    ...(affinity && { affinity }),
    ...(times && { times }),
    ...(merged && { merged }),
    ...(printed && { printed }),
  }
}

const ownCollation = (ref?: ColumnRef): Pick<ColumnRef, 'sql' | 'apart'> | undefined =>
  ref?.apart && { sql: ref.sql, apart: true }

function positionOf(node: Expression): number | undefined {
  return node.kind === 'number' && /^\d+$/.test(node.text) ? Number(node.text) : undefined
}

function itemAt(position: number, items: readonly ResultItem[]): Expression {
  const item = items[position - 1]
  if (!item) throw new Untranslatable('a position that no column has')
  return item.node
}

function groupKey(node: Expression, items: readonly ResultItem[], names: LocalNames): Expression {
  const position = positionOf(node)
  const key = position === undefined ? names.resolveWith(items, node) : itemAt(position, items)
  if (['number', 'string', 'blob', 'null', 'boolean'].includes(key.kind))
    throw new Untranslatable('GROUP BY a constant')
  return key
}

/** In ORDER BY a name alone is first an alias, then a column; elsewhere the other way round. */
function orderNode(node: Expression, items: readonly ResultItem[], names: LocalNames): Expression {
  const position = positionOf(node)
  if (position !== undefined) return itemAt(position, items)
  if (node.kind === 'collate') return { ...node, operand: orderNode(node.operand, items, names) }
  const own = node.kind === 'column' && node.table === undefined ? aliased(items, node.name) : undefined
  return own?.node ?? names.resolveWith(items, node)
}

function groupBy(keys: Expression[], scope: Scope): string {
  for (const key of keys) requireSameness(translateValue(key, scope))
  const terms = keys.map(key => translateGrouping(key, scope))
  return terms.length === 0 ? '' : `GROUP BY ${terms.join(', ')}`
}

/** Refuses what is the same to SQLite under another rule than to PostgreSQL. */
export function requireSameness({
  type,
  collation,
  merged,
}: Pick<Translated, 'type' | 'collation' | 'merged'>): void {
  if (merged) throw new Untranslatable('rows that are the same, by a column of texts and numbers')
  if (collation !== undefined && collation.toUpperCase() !== 'BINARY')
    throw new Untranslatable(`rows that are the same under the collation ${collation}`)
  if (type?.kind === 'json')
    throw new Untranslatable('rows that are the same in a JSON column, whose spelling is not kept')
}
