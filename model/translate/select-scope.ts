/** What names mean inside a SELECT: columns of its FROM, else of the query around it. */
import { type From, findColumn } from './from.ts'
import { translateWithin } from './query.ts'
import type { QueryContext } from './query-context.ts'
import type { ColumnRef, Scope } from './scope.ts'

/** `used` hears of each column of this FROM that a query inside an expression reads. */
export function scopeOf(from: From, context: QueryContext, used?: (ref: ColumnRef) => void): Scope {
  const lookUp = (name: string, table?: string) =>
    findColumn(from, name, table)?.ref ?? context.outer?.column(name, table)
  const fromInside: Scope = {
    column(name, table) {
      const own = findColumn(from, name, table)?.ref
      if (own) used?.(own)
      return own ?? context.outer?.column(name, table)
    },
  }
  return {
    column: lookUp,
    query: query => translateWithin(query, context.within({ outer: fromInside })),
    ...(context.relations.testsJson && { testsJson: true }),
  }
}
