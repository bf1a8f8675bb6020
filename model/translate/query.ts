/** Queries of SQLite in PostgreSQL's words: what views and triggers are made of. */
import type { Expression, Ordering, Query, Select } from '../sqlite-sql/ast.ts'
import { sameName } from '../sqlite-sql/names.ts'
import { translateCommonTables } from './common-tables.ts'
import { translateBodies } from './compound.ts'
import { translateValue } from './expression.ts'
import { NOTHING } from './from.ts'
import { type OrderPlace, orderOutside } from './order.ts'
import { type QueryContext, queryContext } from './query-context.ts'
import { uniqueNames } from './result-names.ts'
import type { Relations, TranslatedQuery } from './scope.ts'
import { type Body, type BodyOptions, translateSelect } from './select.ts'
import { scopeOf } from './select-scope.ts'

/**
 * `query` over the tables of the target. The columns have the names that SQLite gives to those of a view. Throws
 * `Untranslatable`.
 */
export function translateQuery(query: Query, relations: Relations): TranslatedQuery {
  return translateWithin(query, queryContext(relations), { keeps: true })
}

/** The same inside of another query, or with columns that must be of certain types. */
export function translateWithin(
  query: Query,
  context: QueryContext,
  options: BodyOptions = {},
): TranslatedQuery {
  const common = translateCommonTables(query.with, context)
  const inside = common.context
  const body = translateOrdered(query, inside, options)
  const limits = [limitSql('LIMIT', query.limit, inside), limitSql('OFFSET', query.offset, inside)]
  const names = uniqueNames(body.columns.map(({ name }) => name))
  const columns = body.columns.map(({ sql: _, volatile: __, ...column }, i) => ({
    ...column,
    name: names[i]!,
  }))
  return { sql: [common.sql, body.sql, ...limits].filter(Boolean).join('\n'), columns }
}

function translateOrdered(query: Query, context: QueryContext, options: BodyOptions): Body {
  const [first] = query.bodies
  if (query.bodies.length === 1 && first?.kind === 'select')
    return translateSelect(first, query.order, context, options)
  const body = translateBodies(query, context, options)
  if (query.order.length === 0) return body
  const places = query.order.map(term => placeOf(term, query, body))
  return { ...body, sql: orderOutside(body.sql, body.columns, places) }
}

/** A term of a compound SELECT is a position, a name, or the expression of a column in any branch. */
function placeOf(term: Ordering, query: Query, { columns }: Body): OrderPlace {
  const { expression } = term
  if (expression.kind === 'collate') {
    const inner = placeOf({ ...term, expression: expression.operand }, query, { sql: '', columns })
    return { ...inner, collation: expression.collation }
  }
  if (expression.kind === 'number') return { term, place: Number(expression.text) - 1 }
  const named =
    expression.kind === 'column' && expression.table === undefined
      ? columns.findIndex(({ name }) => sameName(name, expression.name))
      : -1
  if (named >= 0) return { term, place: named }
  const selects = query.bodies.filter((body): body is Select => body.kind === 'select')
  const places = selects.map(select => placeIn(select, expression))
  return { term, place: places.find(place => place >= 0) ?? -1 }
}

function placeIn({ columns }: Select, expression: Expression): number {
  if (columns.some(({ kind }) => kind === 'all')) return -1
  return columns.findIndex(column => {
    if (column.kind !== 'expression') return false
    const isNamed =
      expression.kind === 'column' && column.alias !== undefined && sameName(column.alias, expression.name)
    return isNamed || JSON.stringify(column.expression) === JSON.stringify(expression)
  })
}

/** A negative LIMIT is none, a negative OFFSET is 0. */
function limitSql(word: 'LIMIT' | 'OFFSET', node: Expression | undefined, context: QueryContext): string {
  if (!node) return ''
  if (node.kind === 'number' && /^\d+$/.test(node.text)) return `${word} ${node.text}`
  const isNegative = node.kind === 'unary' && node.operator === '-' && node.operand.kind === 'number'
  if (isNegative) return ''
  const { sql } = translateValue(node, scopeOf(NOTHING, context), { kind: 'integer', bits: 64 })
  const least = word === 'LIMIT' ? 'NULL' : '0'
  return `${word} (CASE WHEN ${sql} < 0 THEN ${least} ELSE ${sql} END)`
}
