/** After a validation: which rows differ. Needs the snapshot, and so its host. */
import type { Located } from '../model/located.ts'
import type { RunPlace } from '../model/payloads.ts'
import { needSnapshot } from './artifacts.ts'
import type { Work } from './edge.ts'
import { runTargetJob } from './watch.ts'

export async function locateDifferences(
  { home, log }: Work,
  { place, tables }: { place: RunPlace; tables: string[] },
): Promise<Record<string, Located>> {
  const snapshot = needSnapshot(home, place.run)
  const located = await runTargetJob(home, place, 'locateInCopied', { home, place, tables, snapshot })
  for (const [table, { missing, surplus, different }] of Object.entries(located))
    log.info({ table, missing, surplus, different }, 'rows that differ')
  return located
}
