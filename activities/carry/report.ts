/** The report of a run from PostgreSQL to PostgreSQL. */
import type { CarryRequest } from '../../model/plan-request.ts'
import { type RunResult, UNFINISHED } from '../../model/run.ts'
import { closeLedger } from '../close-ledger.ts'
import type { Work } from '../edge.ts'
import { releaseSnapshot } from '../from-postgres/holder.ts'
import { type ReportInput, reportWith } from '../report.ts'

export async function report(work: Work, input: ReportInput<CarryRequest>): Promise<RunResult> {
  const result = await reportWith(work, input, {
    close: closeLedger,
    // A database that is in use has always changed.
    since: async () => undefined,
    release: async () => releaseSnapshot(work.home, input.run),
  })
  // An open transaction keeps its server from tidying up: what differs was looked at before.
  if (!UNFINISHED.includes(result.state)) releaseSnapshot(work.home, input.run)
  return result
}
