/** Expressions of a plan, evaluated by the target over values that are handed to it; nothing is written. */
import type { Client } from 'pg'
import type { ColumnPlan } from '../../model/plan.ts'
import { printReal } from '../../model/print-real.ts'
import type { Cell, LogicalType } from '../../model/types.ts'
import { isServerError, toFailure } from '../../sessions/errors.ts'
import { ident } from './quote.ts'
import { columnType } from './types.ts'

/** A result as text that SQLite's side can be compared with; `failure` is the SQLSTATE where there is none. */
export type Printed = { text: string | null } | { failure: string }

const SAVEPOINT = 'evaluation'

/** query_canceled (by `statement_timeout`) and out_of_memory: an expression can bring about both. */
const GREEDY = ['57014', '53200']

/** A transaction in which nothing can be written, and in which a statement may fail; it stays open. */
export async function beginEvaluation(client: Client): Promise<void> {
  await client.query('BEGIN READ ONLY')
  await client.query(`SET LOCAL statement_timeout = '30s'`)
  await client.query(`SAVEPOINT ${SAVEPOINT}`)
}

/** An expression over bare names of columns; `type`: what it gives, absent for a condition. */
export interface There {
  sql: string
  type?: LogicalType
}

/**
 * What each expression gives for each row of cells (as the source has them). Times are printed in UTC, bytes as hex.
 * Needs the transaction of `beginEvaluation`, and leaves it usable.
 */
export async function evaluateThere(
  client: Client,
  columns: readonly ColumnPlan[],
  rows: readonly Cell[][],
  expressions: readonly There[],
): Promise<Printed[][]> {
  const all = await attempt(client, columns, rows, expressions)
  if (!('failure' in all)) return expressions.map((_, i) => all.rows.map(row => ({ text: row[i]! })))
  const { failure } = all
  // What cannot be parsed fails for each row, and what takes too long would do so again.
  const ofRow = rows.length > 1 && !failure.startsWith('42') && !GREEDY.includes(failure)
  if (expressions.length === 1 && !ofRow) return [rows.map(() => all)]
  // One row or one expression spoils the whole statement, and halves tell which; of the fewer it is sooner told.
  if (expressions.length === 1 || (ofRow && rows.length < expressions.length)) {
    const [above, below] = halvesOf(rows)
    const found = await evaluateThere(client, columns, above, expressions)
    const more = await evaluateThere(client, columns, below, expressions)
    return found.map((printed, i) => [...printed, ...more[i]!])
  }
  const [before, behind] = halvesOf(expressions)
  return [
    ...(await evaluateThere(client, columns, rows, before)),
    ...(await evaluateThere(client, columns, rows, behind)),
  ]
}

function halvesOf<T>(list: readonly T[]): [T[], T[]] {
  const middle = list.length >> 1
  return [list.slice(0, middle), list.slice(middle)]
}

async function attempt(
  client: Client,
  columns: readonly ColumnPlan[],
  rows: readonly Cell[][],
  expressions: readonly There[],
): Promise<{ rows: (string | null)[][] } | { failure: string }> {
  const results = expressions.map(({ sql, type }) => printed(sql, type)).join(',\n')
  try {
    const found = await client.query({
      text: `SELECT ${results} FROM ${columns.length === 0 ? '(SELECT) AS t' : rowsOf(columns)}`,
      values: columns.map(({ type }, i) => rows.map(row => parameter(row[i]!, type))),
      rowMode: 'array',
    })
    return { rows: found.rows }
  } catch (error) {
    const code = isServerError(error) ? error.code : ''
    const failure = toFailure(error, { doing: 'try the expressions of the plan' })
    // A server that is away, or busy, says nothing of the expression.
    const isItsOwn = GREEDY.includes(code) || (failure.code !== 'unavailable' && code !== '')
    if (!isItsOwn) throw failure
    await client.query(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`)
    return { failure: code }
  }
}

/** The rows that are handed over, in their order, as a table with the columns of the target. */
function rowsOf(columns: readonly ColumnPlan[]): string {
  const cells = columns.map((column, i) => `v.c${i}::${columnType(column)} AS ${ident(column.target)}`)
  const arrays = columns.map((_, i) => `pg_catalog.unnest($${i + 1}::text[])`)
  const names = columns.map((_, i) => `c${i}`)
  // A name that no column has: they are shorter.
  const row = ident('n'.repeat(1 + Math.max(0, ...columns.map(({ target }) => target.length))))
  return `(
    SELECT ${cells.join(', ')}, v.n AS ${row}
      FROM ROWS FROM (${arrays.join(', ')}) WITH ORDINALITY AS v(${names.join(', ')}, n)) AS t
   ORDER BY ${row}`
}

function printed(sql: string, type?: LogicalType): string {
  if (type?.kind === 'timestamp' && type.zone)
    return `pg_catalog.to_char((${sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'`
  if (type?.kind === 'timestamp') return `pg_catalog.to_char((${sql}), 'YYYY-MM-DD HH24:MI:SS.US')`
  if (type?.kind === 'bytes') return `pg_catalog.encode((${sql}), 'hex')`
  return `(${sql})::text`
}

function parameter(cell: Cell, { kind }: LogicalType): string | null {
  if (cell === null) return null
  if (cell instanceof Uint8Array) {
    const hex = Buffer.from(cell).toString('hex')
    return kind === 'uuid' ? hex : `\\x${hex}`
  }
  if (kind === 'text' && typeof cell === 'number') return printReal(cell)
  return Object.is(cell, -0) ? '-0' : String(cell)
}
