/** Order and groups as SQLite has them: NULL first, texts by bytes or by their collation. */
import type { Ordering } from '../sqlite-sql/ast.ts'
import { collationOf, keyOf, orderKeyOf } from './collation.ts'
import { type Context, isNull, nameOf, refuse, type Value } from './value.ts'

/** A term of ORDER BY. */
export function orderingSql({ expression, descending, nulls }: Ordering, context: Context): string {
  const place = nulls ?? (descending ? 'LAST' : 'FIRST')
  return `${orderKey(context.value(expression))}${descending ? ' DESC' : ''} NULLS ${place}`
}

function orderKey(value: Value): string {
  const { type, sql } = value
  if (isNull(value)) return 'NULL::text'
  switch (type?.kind) {
    case undefined:
      return refuse(`an order by a ${nameOf(value)}`)
    case 'text':
      if (value.mixed) return refuse('an order by texts and numbers')
      return orderKeyOf(sql, collationOf(value))
    case 'json':
      return type.binary
        ? refuse('an order by a JSON column: its spelling is not kept')
        : `${sql}::text COLLATE "C"`
    case 'inet':
      return `pg_catalog.abbrev(${sql}) COLLATE "C"`
    default:
      return sql
  }
}

/** A term of GROUP BY, DISTINCT or PARTITION BY. */
export function groupingOf(value: Value): string {
  const { type, sql } = value
  if (isNull(value)) return 'NULL::text'
  if (value.merged) return refuse('groups by texts and numbers')
  if (!type || type.kind === 'json') return refuse(`groups by a ${nameOf(value)}`)
  return type.kind === 'text' ? keyOf(sql, collationOf(value)) : sql
}
