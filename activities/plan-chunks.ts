/** Cuts tables into chunks; the cuts are kept in the ledger. */
import { addChunks, addWhole, notChunked } from '../ledger/claims.ts'
import { mustGoOn } from '../ledger/fence.ts'
import { setStep } from '../ledger/runs.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { PlanHow, TablePlan } from '../model/plan.ts'
import { needSnapshot } from './artifacts.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { tableOf, withTarget } from './target.ts'

/** Fails with `paused` where the run is held and there are tables to cut. */
export async function planChunks(
  { home, log }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<void> {
  await withTarget(home, place, async ({ client, ledger, plan, token }) => {
    await setStep(client, ledger, place, 'copy', 'running')
    const plans = (await notChunked(client, ledger, place.run, tables)).map(name => tableOf(plan, name))
    const fitsOne = (table: TablePlan) => table.rows <= chunkRows(table, plan.how)
    const whole = plans.filter(fitsOne).map(({ name }) => name)
    await addWhole(client, ledger, token, whole)
    for (const table of plans.filter(table => !fitsOne(table))) {
      await mustGoOn(client, ledger, token)
      const rows = chunkRows(table, plan.how)
      const snapshot = needSnapshot(home, place.run)
      const [bounds] = await runJob('bounds', { snapshot, cuts: [{ table, rows, range: {} }] })
      await addChunks(client, ledger, token, table.name, bounds!)
      log.info({ table: table.name, chunks: bounds!.length + 1, rows }, 'chunks planned')
    }
    if (whole.length > 0) log.info({ tables: whole.length }, 'tables of one chunk planned')
  })
}

/** Rows of a chunk: as many as the plan says, or as fill its bytes by the table's average row. */
export function chunkRows({ rows, bytes }: TablePlan, how: PlanHow): number {
  const average = Math.max(1, bytes / Math.max(1, rows))
  return Math.max(1, Math.min(how.chunkRows, Math.floor(how.chunkBytes / average)))
}
