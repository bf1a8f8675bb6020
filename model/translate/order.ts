/** ORDER BY over the columns of a result, one level above the query. */

import { assignNames } from '../build-plan/names.ts'
import { quoteName } from '../sql-text.ts'
import type { Expression, Ordering } from '../sqlite-sql/ast.ts'
import { translateOrdering } from './expression.ts'
import { type Scope, type Translated, Untranslatable } from './scope.ts'

/** ORDER BY with these terms, or nothing. */
export function orderBy(terms: readonly string[]): string {
  return terms.length > 0 ? `ORDER BY ${terms.join(', ')}` : ''
}

/** A term that is a column of the result. */
export interface OrderPlace {
  term: Ordering
  /** From 0; −1: it is no such column. */
  place: number
  /** What COLLATE says. */
  collation?: string
}

/** The query in the order of its own columns. Throws `Untranslatable`. */
export function orderOutside(
  sql: string,
  columns: readonly (Translated & { name: string })[],
  places: readonly OrderPlace[],
): string {
  const names = assignNames(
    columns.map(({ name }) => name),
    new Set(),
  ).map(quoteName)
  const scope: Scope = {
    column(place) {
      const { type = { kind: 'text' as const }, collation } = columns[Number(place)]!
      return { sql: `ordered.${names[Number(place)]}`, type, ...(collation && { collation }) }
    },
  }
  const terms = places.map(({ term, place, collation }) => {
    if (!columns[place]) throw new Untranslatable('ORDER BY something that is no column of the result')
    const column: Expression = { kind: 'column', name: String(place), quoted: false }
    const expression: Expression = collation ? { kind: 'collate', operand: column, collation } : column
    return translateOrdering({ ...term, expression }, scope)
  })
  return `SELECT * FROM (${sql}) AS ordered (${names.join(', ')})\n${orderBy(terms)}`
}
