/** Runs that take up again what an earlier one left: files that failed, or rows that it did not take. */
import { Failure } from '../model/failure.ts'
import type { AnyRequest, PlanFile } from '../model/plan-request.ts'
import type { ReportDocument, ReportFacts } from '../model/report/document.ts'
import type { Surroundings } from './here.ts'
import { everyReport, findReport } from './report.ts'
import { named, type PreparedRun } from './request.ts'

type Left = 'failed' | 'rejected'

/** How many of an earlier run's files or rows are left, as far as it has a report here. */
export function leftOf({ intake }: Pick<ReportFacts, 'intake'>, what: Left): number {
  if (what === 'failed') return intake?.files.filter(({ state }) => state === 'failed').length ?? 0
  return intake?.rejected.reduce((sum, { rows }) => sum + rows, 0) ?? 0
}

/** Whether a run has left rows of its source that its own replay knows nothing of. */
export function hasRejected(id: string, around: Surroundings): boolean {
  const latest = everyReport(around).find(({ result }) => result.name === id || result.run.startsWith(id))
  return latest !== undefined && leftOf(latest, 'rejected') > 0
}

/**
 * A run of the same request for what an earlier one left alone, by the settings of a corrected plan file where there is one. Fails
 * with `usage` where nothing is left.
 */
export function prepareAgain(id: string, what: Left, around: Surroundings, file?: PlanFile): PreparedRun {
  const earlier = findReport(id, around)
  if (leftOf(earlier, what) === 0) throw nothingLeft(earlier, what)
  const { run, name } = earlier.result
  const since = everyReport(around).find(report => hasTaken(report, run, what))
  if (since) throw takenSince(earlier, since)
  const { via: _via, ...request } = earlier.request
  const again = {
    ...request,
    ifExists: BESIDE[request.ifExists] ?? request.ifExists,
    ...(file && { file: { ...file, ...mappingOf(file, earlier.request.file) } }),
    again: { run, what },
  } as AnyRequest
  return named(again, 'full', `${name}.again`.slice(-100))
}

/** Tables that the earlier run has made are there by now. */
const BESIDE: Partial<Record<AnyRequest['ifExists'], AnyRequest['ifExists']>> = {
  refuse: 'append',
  use: 'append',
  replace: 'append',
}

/** A corrected file that says nothing of a mapping leaves it as it was. */
function mappingOf(file: PlanFile, before: PlanFile | undefined): Pick<PlanFile, 'mapping'> {
  const mapping = file.mapping ?? before?.mapping
  return mapping ? { mapping } : {}
}

/** It has ended well, and stands. */
const hasTaken = ({ request, result, takenBack }: ReportFacts, run: string, what: Left): boolean =>
  request.again?.run === run &&
  request.again.what === what &&
  !takenBack &&
  (result.state === 'done' || result.state === 'done with differences')

const takenSince = ({ result }: ReportDocument, since: ReportFacts) =>
  new Failure({
    code: 'usage',
    object: `run ${result.name}`,
    message: `what it left was taken up by run ${since.result.name} (${since.result.run})`,
    remedy: 'Take up what that one has left, or roll it back first',
  })

const nothingLeft = ({ result: { name } }: ReportDocument, what: Left) =>
  new Failure({
    code: 'usage',
    object: `run ${name}`,
    message: what === 'failed' ? 'no file of it has failed' : 'no row of its source was rejected',
    remedy: `See "longhaul report ${name}"`,
  })
