/** Cuts tables into chunks before they are copied, where the lane does not do it itself. */
import type { Work } from '../edge.ts'
import type { FilePlace } from './file.ts'
import { runSourceJob } from './source-of-run.ts'

export async function planChunks(
  { home, log }: Work,
  { place, tables }: { place: FilePlace; tables: string[] },
): Promise<void> {
  const cuts = await runSourceJob(home, place, 'cutForFile', { home, place, tables })
  for (const cut of cuts) log.info(cut, 'chunks planned')
}
