/** Preflight's reading for an export: the schema of the snapshot, and every value. */
import { existsSync, linkSync, rmSync } from 'node:fs'
import type { ExportRequest } from '../../model/plan-request.ts'
import { findArtifact, snapshotPath } from '../artifacts.ts'
import { type Assessed, assessFor } from '../assess.ts'
import type { Work } from '../edge.ts'

export async function assess(
  work: Work,
  { run, request }: { run: string; request: ExportRequest },
): Promise<Assessed> {
  if (request.again) sameState(work.home, request.again.run, run)
  return assessFor(work, { run, request }, async () => ({ tables: [] }))
}

/** Files that failed are written from the state that the others were written from, where that is still there. */
function sameState(home: string, earlier: string, run: string): void {
  const before = snapshotPath(home, earlier)
  if (findArtifact(home, run, 'assessment') || !existsSync(before)) return
  rmSync(snapshotPath(home, run), { force: true })
  linkSync(before, snapshotPath(home, run))
}
