/** The report of a run from a staged source into PostgreSQL, and what is kept of its stage. */
import { rmSync } from 'node:fs'
import type { PlanRequest, StagedRequest } from '../../model/plan-request.ts'
import type { RunResult } from '../../model/run.ts'
import { findArtifact, snapshotPath, stagePath } from '../artifacts.ts'
import { closeLedger } from '../close-ledger.ts'
import type { Work } from '../edge.ts'
import { type ReportInput, reportWith } from '../report.ts'
import { sinceStaged } from './source.ts'

export function report(work: Work, input: ReportInput<PlanRequest>): Promise<RunResult> {
  const request = input.request as unknown as StagedRequest
  return reportWith(work, input, {
    close: closeLedger,
    since: () => sinceStaged(work, input.run, request),
    release: async () => releaseStage(work.home, input.run, input.place !== undefined),
  })
}

/** The image goes; the stage stays where a run that has written something did not take all of it. */
export function releaseStage(home: string, run: string, hasWritten = true): void {
  rmSync(snapshotPath(home, run), { force: true })
  const intake = findArtifact(home, run, 'intake')
  const left = intake?.files.some(({ state }) => state === 'failed') || (intake?.rejected.length ?? 0) > 0
  if (!(left && hasWritten)) rmSync(stagePath(home, run), { force: true })
}

/** The verb: of a comparison that failed. */
export async function release({ home }: Work, { run }: { run: string; request: PlanRequest }): Promise<void> {
  releaseStage(home, run, false)
}
