/** Cuts tables of PostgreSQL into chunks before several lanes copy them. */
import { setStep } from '../../ledger/runs.ts'
import type { RunPlace } from '../../model/payloads.ts'
import { boundsOf } from '../../stores/postgres/source/ranges.ts'
import { cutTables } from '../cut-tables.ts'
import type { Work } from '../edge.ts'
import { withSource } from '../from-postgres/session.ts'
import { withTarget } from '../target.ts'
import { sourceOf } from './copy-chunks.ts'

/** Fails with `paused` where the run is held and there are tables to cut. */
export async function planChunks(
  { home, log }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<void> {
  const source = sourceOf(home, place.run)
  await withTarget(home, place, async target => {
    await setStep(target.client, target.ledger, place, 'copy', 'running')
    const cuts = await cutTables(target, tables, (table, rows) =>
      withSource(home, place.run, source, client => boundsOf(client, table, rows)),
    )
    for (const cut of cuts) log.info(cut, 'chunks planned')
  })
}
