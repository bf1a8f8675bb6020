/** A table that an operator skips: what was made of it is taken back. */
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { FilePlace } from './file.ts'

/** Returns what became of the table, in words. */
export async function leaveOut(
  { home }: Work,
  { place, table }: { place: FilePlace; table: string },
): Promise<string> {
  const { undone, rows } = await runJob('takeTableOut', { home, place, table })
  return `${undone} object(s) and ${rows} row(s) of it taken back`
}
