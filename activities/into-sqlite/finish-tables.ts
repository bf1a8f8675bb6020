/** What a table gets once its rows are in: its indexes. */
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { FilePlace } from './file.ts'

/** Returns what could not be made, in words. */
export async function finishTables(
  _work: Work,
  { place, tables }: { place: FilePlace; tables: string[] },
): Promise<string[]> {
  const failures = await runJob('makeIndexesOfFile', { place, tables })
  return failures.slice(0, 500)
}
