/** The snapshot of a comparison that failed: the next one takes its own. */
import { rmSync } from 'node:fs'
import type { CarryRequest, IntoSqliteRequest } from '../../model/plan-request.ts'
import { snapshotPath } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { releaseSnapshot } from './holder.ts'

export async function release(
  { home }: Work,
  { run }: { run: string; request: CarryRequest | IntoSqliteRequest },
): Promise<void> {
  releaseSnapshot(home, run)
  // Of a file that it was to be compared with.
  rmSync(snapshotPath(home, run), { force: true })
}
