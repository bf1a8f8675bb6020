/** After a validation of carried tables: which rows differ. Needs the source's snapshot, and so its host. */
import type { Located } from '../../model/located.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { Work } from '../edge.ts'
import { runTargetJob } from '../watch.ts'
import { sourceOf } from './copy-chunks.ts'

export async function locateDifferences(
  { home, log }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<Record<string, Located>> {
  const source = sourceOf(home, place.run)
  const located = await runTargetJob(home, place, 'locateCarried', { home, place, source, tables })
  for (const [table, { missing, surplus, different }] of Object.entries(located))
    log.info({ table, missing, surplus, different }, 'rows that differ')
  return located
}
