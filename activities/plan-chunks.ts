/** Cuts tables into chunks before several lanes copy them; a lane alone does it itself. */
import { setStep } from '../ledger/runs.ts'
import type { RunPlace } from '../model/payloads.ts'
import { needSnapshot } from './artifacts.ts'
import { cutTables } from './cut-tables.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { withTarget } from './target.ts'

/** Fails with `paused` where the run is held and there are tables to cut. */
export async function planChunks(
  { home, log }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<void> {
  await withTarget(home, place, async target => {
    await setStep(target.client, target.ledger, place, 'copy', 'running')
    const cuts = await cutTables(target, tables, async (table, rows) => {
      const snapshot = needSnapshot(home, place.run)
      const [bounds] = await runJob('bounds', { snapshot, cuts: [{ table, rows, range: {} }] })
      return bounds!
    })
    for (const cut of cuts) log.info(cut, 'chunks planned')
  })
}
