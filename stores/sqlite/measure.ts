/** Measures of a table by SQLite's own functions. */
import type { Counted, Measure, Measured } from '../../model/measures.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

const TERMS: Record<Measure, (column: string) => string> = {
  values: c => `count(${c})`,
  characters: c => `sum(length(${c}))`,
  bytes: c => `sum(length(${c}))`,
  least: c => `min(${c})`,
  greatest: c => `max(${c})`,
  true: c => `count(CASE WHEN ${c} THEN 1 END)`,
}

/** Results of one statement are limited to 2,000. */
const MOST = 1000

/** One pass over the table for each thousand measures. */
export function measureSource(db: Connection, table: string, columns: readonly Measured[]): Counted {
  const terms = columns.flatMap(({ column, measures }) => measures.map(m => TERMS[m](quote(column.name))))
  const counted: Counted = []
  for (let first = 0; first < terms.length; first += MOST) {
    const list = terms.slice(first, first + MOST)
    const sql = `SELECT ${list.join(', ')} FROM ${quote(table)}`
    const cells = db.prepare<[], (bigint | null)[]>(sql).raw().safeIntegers().get()!
    counted.push(...cells.map(cell => (cell === null ? null : String(cell))))
  }
  return counted
}
