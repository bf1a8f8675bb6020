/** The report of a run: what was done, what came of it, what to do next. One object, written in three forms. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runFolder, writePrivate } from '../home/home.ts'
import type { ObjectRow } from '../ledger/reader.ts'
import { count } from '../model/amounts.ts'
import { type FailureFacts, sentence } from '../model/failure.ts'
import { withoutExample } from '../model/finding.ts'
import type { Located } from '../model/located.ts'
import type { Mode, RunPlace } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import type { AnyRequest, PlanRequest } from '../model/plan-request.ts'
import { reportOf } from '../model/report/account.ts'
import type { Baseline, Pace, ReportFacts, ReportTable } from '../model/report/document.ts'
import { htmlReport } from '../model/report/html/page.ts'
import { markdownReport } from '../model/report/markdown.ts'
import { onlyRules } from '../model/rules.ts'
import { type RunResult, type StepProgress, type TableResult, UNFINISHED } from '../model/run.ts'
import { asideSchema, setAsideSql } from '../stores/postgres/aside.ts'
import { findArtifact, snapshotPath } from './artifacts.ts'
import { closeLedger } from './close-ledger.ts'
import type { Work } from './edge.ts'
import { writeLeftOut } from './left-out.ts'
import { keepLists } from './locate-rows.ts'
import type { SetAsideFiles } from './quarantine-artifact.ts'
import { countObjects } from './report-facts.ts'
import { sinceSnapshot } from './source-since.ts'

export interface ReportInput<R extends AnyRequest = AnyRequest> {
  run: string
  request: R
  result: RunResult
  steps: StepProgress[]
  mode: Mode
  /** Set once the ledger was opened. */
  place?: RunPlace<R['target']>
  /** The run was begun by an earlier execution. */
  attached?: boolean
  /** Results that stand in no ledger (a comparison). */
  tables?: TableResult[]
  /** By table, the rows that differ: the ledger has only the verdict. */
  located?: Record<string, Located>
  failure?: FailureFacts
}

/** The report of a run from SQLite to PostgreSQL. */
export const report = (work: Work, input: ReportInput<PlanRequest>): Promise<RunResult> =>
  reportWith(work, input, {
    close: closeLedger,
    since: () => sinceSnapshot(work.home, input.run, input.request.source.path),
    release: async () => rmSync(snapshotPath(work.home, input.run), { force: true }),
  })

/** Writes the report in all forms, and the run's end into the ledger; gives the result with their places. */
export async function reportWith<R extends AnyRequest>(
  work: Work,
  input: ReportInput<R>,
  sides: Sides<RunPlace<R['target']>>,
): Promise<RunResult> {
  const { home, host } = work
  const folder = runFolder(input.run, home)
  const file = (name: string) => join(folder, name)
  const places = { markdown: file('report.md'), json: file('report.json'), html: file('report.html'), host }
  const plan = findArtifact(home, input.run, 'plan')
  const closed = input.place && !input.tables ? await sides.close(work, input, input.place, plan) : NOTHING
  const tables = input.tables ?? closed.tables.map(table => withLocated(table, input.located))
  const leftOut = input.place ? writeLeftOut(folder, plan, closed.objects) : undefined
  const result: RunResult = {
    ...input.result,
    report: { ...places, ...examples(plan, folder), ...(leftOut && { leftOut }), ...closed.aside },
  }
  const document = reportOf(factsOf(work, { ...input, result, tables }, closed, plan, await sides.since()))
  writePrivate(places.json, `${JSON.stringify(document, null, 2)}\n`)
  writePrivate(places.markdown, markdownReport(document))
  writePrivate(places.html, htmlReport(document))
  keepLists(
    folder,
    tables.flatMap(({ located }) => located ?? []),
  )
  if (!stillServes(input)) await sides.release()
  return result
}

function withLocated(table: ReportTable, located: ReportInput['located']): ReportTable {
  const rows = located?.[table.name]
  return rows ? { ...table, located: rows } : table
}

function factsOf(
  { home }: Work,
  {
    run,
    result,
    mode,
    tables,
    request,
    steps,
    failure,
    place,
    attached,
  }: ReportInput & { tables: ReportTable[] },
  closed: Closed,
  plan: Plan | undefined,
  since: string | undefined,
): ReportFacts {
  const snapshot = findArtifact(home, run, 'snapshot-notes')
  const schema = findArtifact(home, run, 'schema')
  const rules = findArtifact(home, run, 'rules')
  const repairs = findArtifact(home, run, 'repairs')
  const intake = findArtifact(home, run, 'intake')
  return {
    ...{ result, mode, tables, request },
    steps: stepsOf(steps, closed.objects),
    findings: plan?.findings.map(withoutExample) ?? [],
    leftOut: plan?.what.leftOut ?? [],
    views: findArtifact(home, run, 'views') ?? [],
    ...(schema && { schema }),
    ...(rules && { rules }),
    ...(repairs && { repairs }),
    ...(intake && { intake }),
    ...(snapshot && {
      snapshot: {
        ...{ how: snapshot.how, bytes: snapshot.bytes, seconds: snapshot.seconds },
        ...(since && { since }),
      },
    }),
    ...(failure && { failure: sentence(failure) }),
    ...(closed.skippedTables.length > 0 && { skippedTables: closed.skippedTables }),
    ...(plan && { setAside: setAsideOf(plan, closed.objects, run) }),
    touched: place !== undefined || attached === true,
    ...(closed.pace && { pace: closed.pace }),
    ...(closed.objects.length > 0 && { objects: countObjects(closed.objects) }),
    ...(closed.baseline && { baseline: closed.baseline }),
  }
}

/** As the workflow saw them, with the end of this one, and with what only the ledger counts. */
function stepsOf(steps: readonly StepProgress[], objects: readonly ObjectRow[]): StepProgress[] {
  const vacuumed = objects.filter(({ kind, done }) => kind === 'vacuum' && done).length
  return steps.map(step => {
    if (step.name === 'report') return { ...step, state: 'done', endedAt: new Date().toISOString() }
    if (step.name !== 'finish' || vacuumed === 0) return step
    const said = `VACUUM (ANALYZE) of ${count(vacuumed, 'table')}`
    return { ...step, detail: step.detail ? `${step.detail}; ${said}` : said }
  })
}

/** Keys of rows are in the assessment and not in the report, which goes from hand to hand. */
const examples = (plan: Plan | undefined, folder: string) =>
  plan?.findings.some(({ example }) => example !== undefined) ? { assessment: join(folder, 'assess.md') } : {}

/** SQL that gives up for good what the run put aside; empty where nothing of it stands there. */
function setAsideOf({ what }: Plan, objects: readonly ObjectRow[], run: string): string[] {
  const kept =
    objects.some(({ kind, done }) => done && KEPT_ASIDE.has(kind)) &&
    !objects.some(({ kind, done }) => done && kind === 'old tables')
  return kept ? setAsideSql(what, asideSchema(run)) : []
}

const KEPT_ASIDE: ReadonlySet<string> = new Set(['old table', 'old view', 'old function'])

/** What the ledger says at the end. */
export interface Closed {
  tables: ReportTable[]
  /** Left out by an operator. */
  skippedTables: string[]
  objects: ObjectRow[]
  /** Files with rows in quarantine and with originals of altered ones, where there are any. */
  aside: SetAsideFiles
  pace?: Pace
  baseline?: Baseline
}

export const NOTHING: Closed = { tables: [], skippedTables: [], objects: [], aside: {} }

/** What the report of a run asks of its direction. */
export interface Sides<P> {
  /** Writes how the run ended into its ledger, and gives what stands there. */
  close: (work: Work, input: ReportInput, place: P, plan: Plan | undefined) => Promise<Closed>
  /** What became of the source since its snapshot, in words. */
  since: () => Promise<string | undefined>
  /** The snapshot serves nobody any more. */
  release: () => Promise<void>
}

/** As large as the source: kept for a run that can go on, and for looking at what differs. */
const stillServes = ({ place, attached, result }: ReportInput): boolean =>
  (result.verdict === 'different' && !onlyRules(result.differences)) ||
  ((attached || place !== undefined) && UNFINISHED.includes(result.state))
