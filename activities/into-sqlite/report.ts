/** The report of a run from PostgreSQL to SQLite. */
import { rmSync } from 'node:fs'
import type { IntoSqliteRequest } from '../../model/plan-request.ts'
import { type RunResult, UNFINISHED } from '../../model/run.ts'
import { snapshotPath } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { releaseSnapshot } from '../from-postgres/holder.ts'
import { runJob } from '../jobs.ts'
import { NOTHING, type ReportInput, reportWith } from '../report.ts'

/** A new database moves into its place here, whatever the verdict: status 4 says that it differs. */
export async function report(work: Work, input: ReportInput<IntoSqliteRequest>): Promise<RunResult> {
  const release = async () => {
    releaseSnapshot(work.home, input.run)
    // Of the file, which a comparison reads in a copy.
    rmSync(snapshotPath(work.home, input.run), { force: true })
  }
  const result = await reportWith(work, input, {
    close: async ({ home }, { result, steps, failure }, place) =>
      (await runJob('closeFile', { home, place, result, steps, ...(failure && { failure }) })) ?? NOTHING,
    // A database that is in use has always changed.
    since: async () => undefined,
    release,
  })
  // An open transaction keeps its server from tidying up: what differs was looked at before.
  if (!UNFINISHED.includes(result.state)) await release()
  return result
}
