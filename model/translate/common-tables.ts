/** WITH: queries by name, also those that read themselves (https://sqlite.org/lang_with.html). */

import { assignNames } from '../build-plan/names.ts'
import { quoteName } from '../sql-text.ts'
import type { CommonTable, Query } from '../sqlite-sql/ast.ts'
import { foldName, sameName } from '../sqlite-sql/names.ts'
import type { LogicalType } from '../types.ts'
import { translateBodies } from './compound.ts'
import { translateWithin } from './query.ts'
import type { QueryContext } from './query-context.ts'
import { type RelationRef, type TranslatedQuery, Untranslatable } from './scope.ts'
import type { Body } from './select.ts'

interface Made {
  relation: RelationRef
  sql: string
  recursive: boolean
}

/**
 * The context in which the query may name the tables of its WITH, and WITH itself, to be read last. They are translated when they
 * are first read, in whatever order they stand; what nobody reads is left out, as SQLite does not look at it either.
 */
export function translateCommonTables(
  common: Query['with'],
  context: QueryContext,
): { readonly sql: string; context: QueryContext } {
  if (!common) return { sql: '', context }
  const made = new Map<string, Made>()
  const underWay = new Set<string>()
  const relation = (name: string): RelationRef | undefined => {
    const table = common.tables.find(candidate => sameName(candidate.name, name))
    if (!table) return undefined
    const key = foldName(name)
    const known = made.get(key)
    if (known) return known.relation
    if (underWay.has(key)) throw new Untranslatable('a query of WITH that reads itself in an unusual way')
    underWay.add(key)
    const one = translateTable(table, inside)
    made.set(key, one)
    return one.relation
  }
  const inside = context.within({ tables: relation })
  return {
    context: inside,
    get sql() {
      const tables = [...made.values()]
      if (tables.length === 0) return ''
      const word = tables.some(({ recursive }) => recursive) ? 'WITH RECURSIVE' : 'WITH'
      return `${word} ${tables.map(({ sql }) => sql).join(',\n')}`
    },
  }
}

function translateTable(table: CommonTable, context: QueryContext): Made {
  if (mentions(table.name, table.query)) return translateRecursive(table, context)
  const query = translateWithin(table.query, context.within())
  const relation = relationOf(table, query.columns)
  return { relation, sql: definition(table, relation, query.sql), recursive: false }
}

function definition({ materialized }: CommonTable, { sql, columns }: RelationRef, query: string): string {
  const hint = materialized === undefined ? '' : materialized ? 'MATERIALIZED ' : 'NOT MATERIALIZED '
  return `${sql} (${columns.map(({ target }) => quoteName(target)).join(', ')}) AS ${hint}(${query})`
}

function relationOf(table: CommonTable, columns: TranslatedQuery['columns']): RelationRef {
  if (table.columns.length > 0 && table.columns.length !== columns.length)
    throw new Untranslatable('a query of WITH with another number of columns than names')
  const names = table.columns.length > 0 ? table.columns : columns.map(({ name }) => name)
  const targets = assignNames(names, new Set())
  return {
    sql: quoteName(assignNames([table.name], new Set())[0]!),
    columns: columns.map(({ type, ...column }, i) => ({
      ...column,
      name: names[i]!,
      target: targets[i]!,
      type: type ?? { kind: 'text' },
    })),
    uniques: [],
  }
}

/** PostgreSQL wants one query that begins and one that goes on, and both with exactly the same types. */
function translateRecursive(table: CommonTable, context: QueryContext): Made {
  const { bodies, operators, order, limit } = table.query
  const last = bodies.at(-1)!
  const beginning = bodies.slice(0, -1)
  const operator = operators.at(-1)
  if (
    beginning.length === 0 ||
    beginning.some(body => mentions(table.name, body)) ||
    table.query.with !== undefined ||
    (operator !== 'UNION' && operator !== 'UNION ALL')
  )
    throw new Untranslatable('a recursive query that reads itself more than once')
  if (order.length > 0 || limit)
    throw new Untranslatable('a recursive query with an ORDER BY or LIMIT of its own')

  const begin = { bodies: beginning, operators: operators.slice(0, -1) }
  const wants = translateBodies(begin, context.within()).columns.map(({ type }) => widened(type))
  const start = translateBodies(begin, context.within(), { wants, exact: true })
  const relation = relationOf(
    table,
    start.columns.map(({ sql: _, volatile: __, times: ___, ...column }) => column),
  )
  const inside = context.within({ tables: name => (sameName(name, table.name) ? relation : undefined) })
  const next = translateBodies({ bodies: [last], operators: [] }, inside, { wants, exact: true })
  if (next.columns.length !== wants.length)
    throw new Untranslatable('a recursive query whose branches have different numbers of columns')
  const sql = [bracketed(start, begin.operators), operator, next.sql].join('\n')
  return { relation, sql: definition(table, relation, sql), recursive: true }
}

function bracketed({ sql }: Body, operators: readonly string[]): string {
  return operators.length > 0 ? `(${sql})` : sql
}

/** What the next rounds give has no limit that the first round's values had. */
function widened(type: LogicalType | undefined): LogicalType | undefined {
  switch (type?.kind) {
    case 'integer':
    case 'float':
      return { kind: type.kind, bits: 64 }
    case 'text':
    case 'numeric':
      return { kind: type.kind }
    default:
      return type
  }
}

function mentions(name: string, node: unknown): boolean {
  if (Array.isArray(node)) return node.some(part => mentions(name, part))
  if (typeof node !== 'object' || node === null) return false
  if ('kind' in node && node.kind === 'table' && 'name' in node && sameName(String(node.name), name))
    return true
  return Object.values(node).some(part => mentions(name, part))
}
