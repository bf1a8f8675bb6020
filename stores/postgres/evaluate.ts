/** Expressions of a plan, evaluated by the target over values that are handed to it; nothing is written. */
import type { Client } from 'pg'
import type { ColumnPlan } from '../../model/plan.ts'
import type { Cell, LogicalType } from '../../model/types.ts'
import { ident } from './quote.ts'
import { sqlType } from './types.ts'

/** A result as text that SQLite's side can be compared with; `failure` is the SQLSTATE where there is none. */
export type Printed = { text: string | null } | { failure: string }

/**
 * What the expression gives for each row of cells (as the source has them). Times are printed in UTC, bytes as hex.
 * Needs a transaction to be open; leaves it usable.
 */
export async function evaluateThere(
  client: Client,
  columns: readonly ColumnPlan[],
  rows: readonly Cell[][],
  expression: { sql: string; type?: LogicalType },
): Promise<Printed[]> {
  const all = await attempt(client, columns, rows, expression)
  if (!('failure' in all)) return all.texts.map(text => ({ text }))
  // One row spoils the whole statement; which one it is, only each for itself can tell.
  const results: Printed[] = []
  for (const row of rows) {
    const one = await attempt(client, columns, [row], expression)
    results.push('failure' in one ? one : { text: one.texts[0] ?? null })
  }
  return results
}

async function attempt(
  client: Client,
  columns: readonly ColumnPlan[],
  rows: readonly Cell[][],
  { sql, type }: { sql: string; type?: LogicalType },
): Promise<{ texts: (string | null)[] } | { failure: string }> {
  const terms = columns.map((column, i) => `v.c${i}::${sqlType(column.type)} AS ${ident(column.target)}`)
  const arrays = columns.map((_, i) => `$${i + 1}::text[]`)
  const from =
    columns.length === 0
      ? ''
      : ` FROM ROWS FROM (${arrays.map(a => `pg_catalog.unnest(${a})`).join(', ')}) WITH ORDINALITY AS v(${columns.map((_, i) => `c${i}`).join(', ')}, n)`
  const inner =
    columns.length === 0 ? '(SELECT) AS t' : `(SELECT ${terms.join(', ')}, v.n AS "longhaul row"${from}) AS t`
  const order = columns.length === 0 ? '' : ' ORDER BY "longhaul row"'
  await client.query('SAVEPOINT evaluation')
  try {
    const { rows: found } = await client.query({
      text: `SELECT ${printed(sql, type)} FROM ${inner}${order}`,
      values: columns.map((_, i) => rows.map(row => parameter(row[i]!))),
      rowMode: 'array',
    })
    await client.query('RELEASE SAVEPOINT evaluation')
    return { texts: found.map(([text]) => text as string | null) }
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT evaluation')
    return { failure: (error as { code?: string }).code ?? 'unknown' }
  }
}

function printed(sql: string, type?: LogicalType): string {
  if (type?.kind === 'timestamp' && type.zone)
    return `pg_catalog.to_char((${sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'`
  if (type?.kind === 'timestamp') return `pg_catalog.to_char((${sql}), 'YYYY-MM-DD HH24:MI:SS.US')`
  if (type?.kind === 'bytes') return `pg_catalog.encode((${sql}), 'hex')`
  return `(${sql})::text`
}

function parameter(cell: Cell): string | null {
  if (cell === null) return null
  if (cell instanceof Uint8Array) return `\\x${Buffer.from(cell).toString('hex')}`
  return Object.is(cell, -0) ? '-0' : String(cell)
}
