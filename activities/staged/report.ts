/** The report of a run from a staged source into PostgreSQL, and what is kept of its stage. */
import { rmSync } from 'node:fs'
import type { StagedRequest } from '../../model/plan-request.ts'
import type { RunResult } from '../../model/run.ts'
import { findArtifact, mappingPath, snapshotPath, stagePath } from '../artifacts.ts'
import { closeLedger } from '../close-ledger.ts'
import type { Work } from '../edge.ts'
import { type ReportInput, reportWith } from '../report.ts'
import { dropArchive } from './archive.ts'
import { sinceStaged } from './source.ts'

type Request = Extract<StagedRequest, { target: { kind: 'postgres' } }>

export const report = (work: Work, input: ReportInput<Request>): Promise<RunResult> =>
  reportWith(work, input, {
    close: closeLedger,
    since: () => sinceStaged(work, input.run, input.request),
    release: async () => {
      releaseStage(work.home, input.run, input.place !== undefined)
      await dropArchive(work, input.run)
    },
  })

/** The image goes; the stage stays where a run that has written something did not take all of it. */
export function releaseStage(home: string, run: string, hasWritten = true): void {
  for (const path of [snapshotPath(home, run), mappingPath(home, run)]) rmSync(path, { force: true })
  const intake = findArtifact(home, run, 'intake')
  const left = intake?.files.some(({ state }) => state === 'failed') || (intake?.rejected.length ?? 0) > 0
  if (!(left && hasWritten)) rmSync(stagePath(home, run), { force: true })
}

/** The verb: of a comparison that failed. */
export async function release(work: Work, { run }: { run: string; request: Request }): Promise<void> {
  releaseStage(work.home, run, false)
  await dropArchive(work, run)
}
