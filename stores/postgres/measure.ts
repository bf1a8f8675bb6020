/** Measures of a table by PostgreSQL's own functions. */
import type { Client } from 'pg'
import type { Counted, Measure, Measured } from '../../model/measures.ts'
import type { TablePlan } from '../../model/plan.ts'
import { toFailure } from '../../sessions/errors.ts'
import { copySource } from './copy-source.ts'
import { ident } from './quote.ts'

const TERMS: Record<Measure, (column: string) => string> = {
  values: c => `pg_catalog.count(${c})`,
  characters: c => `pg_catalog.sum(pg_catalog.char_length(${c}))`,
  bytes: c => `pg_catalog.sum(pg_catalog.octet_length(${c}))`,
  least: c => `pg_catalog.min(${c})`,
  greatest: c => `pg_catalog.max(${c})`,
  true: c => `pg_catalog.count(*) FILTER (WHERE ${c})`,
}

/** A row of a result has up to 1,664 cells. */
const MOST = 1000

/** One scan of the table's target, or of the rows of a condition over its alias `t`, for each thousand measures. */
export async function measureTarget(
  client: Client,
  table: TablePlan,
  columns: readonly Measured[],
  where = 'true',
): Promise<Counted> {
  const terms = columns.flatMap(({ column, measures }) => {
    const cell = `t.${ident(column.target)}`
    // Of char(n) the blanks at the end count for nothing in char_length.
    const text = column.type.kind === 'text' ? `${cell}::text` : cell
    return measures.map(measure => `${TERMS[measure](measure === 'characters' ? text : cell)}::text`)
  })
  const { from } = await copySource(client, table)
  const counted: Counted = []
  try {
    for (let first = 0; first < terms.length; first += MOST) {
      const list = terms.slice(first, first + MOST).join(', ')
      const { rows } = await client.query({
        text: `SELECT ${list} FROM ${from} AS t WHERE ${where}`,
        rowMode: 'array',
      })
      counted.push(...(rows[0] as Counted))
    }
    return counted
  } catch (error) {
    throw toFailure(error, { object: `table "${table.name}"`, doing: 'count in the target' })
  }
}
