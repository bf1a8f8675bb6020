/** Writes files, one after the other, for about a minute; then the workflow is asked again. */
import { BUDGET_MS } from '../copy-chunks.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { ExportRunPlace } from './place.ts'

export interface Written {
  /** Some are still to be written. */
  more: boolean
  files: number
  done: number
  failed: number
}

/** Fails with `paused` where the run is held from the start. */
export async function writeFiles(
  { home, log }: Work,
  { place }: { place: ExportRunPlace },
): Promise<Written> {
  const written = await runJob('writeExport', { home, place, budgetMs: BUDGET_MS })
  log.info(written, 'files written')
  return written
}
