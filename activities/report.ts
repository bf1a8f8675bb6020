/** The report of a run: what was done, what came of it, what to do next. One object, written in three forms. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { runFolder, writePrivate } from '../home/home.ts'
import { type ObjectRow, readObjects, readTables, type TableRow } from '../ledger/reader.ts'
import { getRun, setState, setStep } from '../ledger/runs.ts'
import { findLedger, type Place, tableName } from '../ledger/schema.ts'
import { count } from '../model/amounts.ts'
import { type FailureFacts, sentence } from '../model/failure.ts'
import { withoutExample } from '../model/finding.ts'
import type { Located } from '../model/located.ts'
import type { Mode, RunPlace } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { reportOf } from '../model/report/account.ts'
import type { Baseline, Pace, ReportFacts, ReportTable } from '../model/report/document.ts'
import { htmlReport } from '../model/report/html/page.ts'
import { markdownReport } from '../model/report/markdown.ts'
import { onlyRules } from '../model/rules.ts'
import {
  type RunResult,
  type StepProgress,
  type TableResult,
  UNFINISHED,
  type Verdict,
} from '../model/run.ts'
import { Digest } from '../stores/digest/digest.ts'
import { asideSchema, setAsideSql } from '../stores/postgres/aside.ts'
import { findArtifact, snapshotPath } from './artifacts.ts'
import type { Work } from './edge.ts'
import { writeLeftOut } from './left-out.ts'
import { keepLists } from './locate-rows.ts'
import { exportSetAside, type SetAsideFiles } from './quarantine-artifact.ts'
import { baselineOf, countObjects, paceOf } from './report-facts.ts'
import { withSession } from './session.ts'
import { sinceSnapshot } from './source-since.ts'

export interface ReportInput {
  run: string
  request: PlanRequest
  result: RunResult
  steps: StepProgress[]
  mode: Mode
  /** Set once the ledger was opened. */
  place?: RunPlace
  /** The run was begun by an earlier execution. */
  attached?: boolean
  /** Results that stand in no ledger (a comparison). */
  tables?: TableResult[]
  /** By table, the rows that differ: the ledger has only the verdict. */
  located?: Record<string, Located>
  failure?: FailureFacts
}

/** Writes the report in all forms, and the run's end into the ledger; gives the result with their places. */
export async function report(work: Work, input: ReportInput): Promise<RunResult> {
  const { home, host } = work
  const folder = runFolder(input.run, home)
  const file = (name: string) => join(folder, name)
  const places = { markdown: file('report.md'), json: file('report.json'), html: file('report.html'), host }
  const plan = findArtifact(home, input.run, 'plan')
  const closed = input.place && !input.tables ? await closeLedger(work, input, input.place, plan) : NOTHING
  const tables = input.tables ?? closed.tables.map(table => withLocated(table, input.located))
  const leftOut = input.place ? writeLeftOut(folder, plan, closed.objects) : undefined
  const result: RunResult = {
    ...input.result,
    report: { ...places, ...examples(plan, folder), ...(leftOut && { leftOut }), ...closed.aside },
  }
  const document = reportOf(await factsOf(work, { ...input, result, tables }, closed, plan))
  writePrivate(places.json, `${JSON.stringify(document, null, 2)}\n`)
  writePrivate(places.markdown, markdownReport(document))
  writePrivate(places.html, htmlReport(document))
  keepLists(
    folder,
    tables.flatMap(({ located }) => located ?? []),
  )
  if (!stillServes(input)) rmSync(snapshotPath(home, input.run), { force: true })
  return result
}

function withLocated(table: ReportTable, located: ReportInput['located']): ReportTable {
  const rows = located?.[table.name]
  return rows ? { ...table, located: rows } : table
}

async function factsOf(
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
): Promise<ReportFacts> {
  const snapshot = findArtifact(home, run, 'snapshot-notes')
  const schema = findArtifact(home, run, 'schema')
  const rules = findArtifact(home, run, 'rules')
  const repairs = findArtifact(home, run, 'repairs')
  const since = await sinceSnapshot(home, run, request.source.path)
  return {
    ...{ result, mode, tables, request },
    steps: stepsOf(steps, closed.objects),
    findings: plan?.findings.map(withoutExample) ?? [],
    leftOut: plan?.what.leftOut ?? [],
    views: findArtifact(home, run, 'views') ?? [],
    ...(schema && { schema }),
    ...(rules && { rules }),
    ...(repairs && { repairs }),
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
interface Closed {
  tables: ReportTable[]
  /** Left out by an operator. */
  skippedTables: string[]
  objects: ObjectRow[]
  /** Files with rows in quarantine and with originals of altered ones, where there are any. */
  aside: SetAsideFiles
  pace?: Pace
  baseline?: Baseline
}

const NOTHING: Closed = { tables: [], skippedTables: [], objects: [], aside: {} }

/** As large as the source: kept for a run that can go on, and for looking at what differs. */
const stillServes = ({ place, attached, result }: ReportInput): boolean =>
  (result.verdict === 'different' && !onlyRules(result.differences)) ||
  ((attached || place !== undefined) && UNFINISHED.includes(result.state))

async function closeLedger(
  { home }: Work,
  { run, result, steps, failure }: ReportInput,
  place: RunPlace,
  plan: Plan | undefined,
): Promise<Closed> {
  return withSession(home, place.target, run, async client => {
    const ledger = await findLedger(client, place.target.schema)
    const row = ledger && (await getRun(client, ledger, run))
    if (!ledger || !row) return NOTHING
    const rows = await readTables(client, ledger, run)
    const tables = await balanceOf(client, ledger, run, place.target.schema, rows)
    for (const { name, state, detail } of steps) {
      await setStep(client, ledger, place, name, name === 'report' ? 'done' : state, detail)
    }
    await setState(client, ledger, { run, epoch: place.epoch }, result.state, {
      verdict: result.verdict,
      ...(failure && { message: sentence(failure) }),
    })
    const objects = await readObjects(client, ledger, run)
    const aside = await exportSetAside(client, ledger, run, runFolder(run, home))
    const skippedTables = rows.flatMap(({ name, state }) => (state === 'skipped' ? [name] : []))
    const pace = await paceOf(client, ledger, run)
    const before = findArtifact(home, run, 'before-run')
    const baseline = plan && (await baselineOf(client, ledger, run, plan, before, tables))
    return { tables, skippedTables, objects, aside, ...(pace && { pace }), ...(baseline && { baseline }) }
  })
}

async function balanceOf(
  client: Client,
  ledger: Place,
  run: string,
  target: string,
  rows: readonly TableRow[],
): Promise<ReportTable[]> {
  const { rows: stored } = await client.query(
    `SELECT name, source_digest, target_digest FROM ${tableName(ledger, 'table_run')} WHERE run_id = $1`,
    [run],
  )
  const digests = new Map(stored.map(row => [row.name, row]))
  const hex = (bytes: Uint8Array | null) => (bytes ? Digest.fromBytes(bytes).hex : '')
  return rows.map(({ startedAt, endedAt, ...row }) => ({
    ...row,
    target,
    counted: row.counted ?? 0,
    sourceDigest: hex(digests.get(row.name)?.source_digest),
    targetDigest: hex(digests.get(row.name)?.target_digest),
    verdict: (row.verdict ?? 'not checked') as Verdict,
    seconds: startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1000 : 0,
    ...(startedAt && { startedAt: startedAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
  }))
}
