/** One lane's share of the copying: chunk after chunk, for about a minute, then the workflow is asked again. */
import { BUDGET_MS, type Copied, type CopyInput, toldOf } from '../copy-chunks.ts'
import type { Work } from '../edge.ts'
import type { FilePlace } from './file.ts'
import { runSourceJob } from './source-of-run.ts'

/** Fails with `paused` where the run is held from the start. */
export async function copyChunks(
  { home, log }: Work,
  input: Omit<CopyInput, 'place'> & { place: FilePlace },
): Promise<Copied> {
  const lane = { ...input, home, budgetMs: BUDGET_MS }
  return toldOf(log, await runSourceJob(home, input.place, 'copyFileLane', lane))
}
