/** Whether rows that were copied under another snapshot are what this one has; in a thread. */
import type { Client } from 'pg'
import { Failure } from '../../model/failure.ts'
import { mirrored } from '../../model/mirror.ts'
import type { TablePlan } from '../../model/plan.ts'
import { Digest } from '../../stores/digest/digest.ts'
import { digestTarget } from '../../stores/digest/target.ts'
import { conditionOf } from '../../stores/postgres/source/ranges.ts'
import type { KeyRange } from '../../stores/store.ts'

/**
 * Digests the source's rows of each chunk, until one differs. Its table starts anew as a whole: its old rows cannot be found by ranges of keys,
 * as the target may sort them by other rules.
 */
export async function sameChunks(
  source: Client,
  table: TablePlan,
  chunks: readonly (KeyRange & { digest: Uint8Array })[],
  progress: (detail: unknown) => void,
): Promise<boolean> {
  const heard = (rows: number) => progress({ table: table.name, rows })
  for (const chunk of chunks) {
    const now = await digestTarget(source, mirrored(table), heard, conditionOf(table, chunk))
    if (!Digest.fromBytes(chunk.digest).equals(now)) return false
  }
  return true
}

export const mayHaveOthers = ({ name }: TablePlan) =>
  new Failure({
    code: 'drift',
    object: `table "${name}"`,
    message:
      'has changed in the source since the snapshot that is lost, and in the target it was there before the run: which rows are to go cannot be told',
    remedy: 'Take the run back with "longhaul rollback" and begin anew',
  })
