/** Cuts tables into chunks; the cuts are kept in the ledger. */
import { addChunks, addWhole, notChunked } from '../ledger/claims.ts'
import { mustGoOn } from '../ledger/fence.ts'
import type { PlanHow, TablePlan } from '../model/plan.ts'
import type { Cell } from '../model/types.ts'
import { mustBeMade } from './as-heard.ts'
import { type Target, tableOf } from './target.ts'

/** A table that was cut now. */
export interface Cut {
  table: string
  chunks: number
  /** Of one chunk. */
  rows: number
}

/**
 * Cuts those of the tables that are not cut yet. Fails with `paused` where the run is held and one of them has more
 * than one chunk.
 *
 * @param boundsOf the last keys of all chunks of so many rows but the last
 */
export async function cutTables(
  { client, ledger, plan, token }: Pick<Target, 'client' | 'ledger' | 'plan' | 'token'>,
  tables: string[],
  boundsOf: (table: TablePlan, rows: number) => Iterable<Cell[]> | Promise<Iterable<Cell[]>>,
): Promise<Cut[]> {
  await mustBeMade(client, ledger, token.run)
  const plans = (await notChunked(client, ledger, token.run, tables)).map(name => tableOf(plan, name))
  const fitsOne = (table: TablePlan) => table.rows <= chunkRows(table, plan.how)
  const whole = plans.filter(fitsOne)
  if (whole.length > 0) {
    const names = whole.map(({ name }) => name)
    await addWhole(client, ledger, token, names)
  }
  const cuts = whole.map(({ name, rows }): Cut => ({ table: name, chunks: 1, rows }))
  for (const table of plans.filter(table => !fitsOne(table))) {
    await mustGoOn(client, ledger, token)
    const rows = chunkRows(table, plan.how)
    const bounds = [...(await boundsOf(table, rows))]
    await addChunks(client, ledger, token, table.name, bounds)
    cuts.push({ table: table.name, chunks: bounds.length + 1, rows })
  }
  return cuts
}

/** Rows of a chunk: as many as the plan says, or as fill its bytes by the table's average row. */
export function chunkRows({ rows, bytes }: TablePlan, how: PlanHow): number {
  const average = Math.max(1, bytes / Math.max(1, rows))
  return Math.max(1, Math.min(how.chunkRows, Math.floor(how.chunkBytes / average)))
}
