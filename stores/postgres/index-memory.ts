/** How much memory PostgreSQL gets for the sort of an index build. */
import type { TablePlan } from '../../model/plan.ts'

/** What PostgreSQL keeps for each run that it merges: a buffer of 32 blocks, and two (tuplesort.c). */
const MERGE_BYTES = 272 * 1024
/** What an entry takes beside its values. */
const ENTRY_BYTES = 40
const MB = 1024 * 1024
const [LEAST, MOST] = [4 * MB, 256 * MB]

/**
 * Megabytes for `maintenance_work_mem`: the least with which sorted runs are merged in one pass. A sort whose entries
 * find room in the processor's caches is the faster one, as long as nothing is merged twice: an index on two texts over
 * 1.2 million rows took 4.3 s of processor with 256 MB and 2.1 with 8.
 */
export function indexMemory({ rows, bytes }: TablePlan): number {
  const sorted = bytes + rows * ENTRY_BYTES
  return Math.ceil(Math.min(MOST, Math.max(LEAST, Math.sqrt(sorted * MERGE_BYTES))) / MB)
}
