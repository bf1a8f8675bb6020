/** The report of a run: what was done, what came of it, what to do next. Markdown for people, JSON for programs. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runFolder, writePrivate } from '../home/home.ts'
import { type ObjectRow, readObjects, readTables } from '../ledger/reader.ts'
import { getRun, setState, setStep } from '../ledger/runs.ts'
import { findLedger, tableName } from '../ledger/schema.ts'
import { type FailureFacts, sentence } from '../model/failure.ts'
import { withoutExample } from '../model/finding.ts'
import type { Mode, RunPlace } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { type ReportDocument, renderReport } from '../model/render-report.ts'
import { type RunResult, type StepProgress, type TableResult, UNFINISHED } from '../model/run.ts'
import { Digest } from '../stores/digest/digest.ts'
import { asideSchema, setAsideSql } from '../stores/postgres/aside.ts'
import { findArtifact, snapshotPath } from './artifacts.ts'
import type { Work } from './edge.ts'
import { writeLeftOut } from './left-out.ts'
import { exportSetAside, type SetAsideFiles } from './quarantine-artifact.ts'
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
  failure?: FailureFacts
}

/** Writes both reports, and the run's end into the ledger; gives the result with their places. */
export async function report(work: Work, input: ReportInput): Promise<RunResult> {
  const { home, host } = work
  const folder = runFolder(input.run, home)
  const places = { markdown: join(folder, 'report.md'), json: join(folder, 'report.json'), host }
  const closed = input.place && !input.tables ? await closeLedger(work, input, input.place) : NOTHING
  const tables = input.tables ?? closed.tables
  const plan = findArtifact(home, input.run, 'plan')
  const leftOut = input.place ? writeLeftOut(folder, plan, closed.objects) : undefined
  const result: RunResult = {
    ...input.result,
    report: { ...places, ...examples(plan, folder), ...(leftOut && { leftOut }), ...closed.aside },
  }
  const snapshot = findArtifact(home, input.run, 'snapshot-notes')
  const since = await sinceSnapshot(home, input.run, input.request.source.path)
  const document: ReportDocument = {
    result,
    tables,
    steps: input.steps.map(s =>
      s.name === 'report' ? { ...s, state: 'done', endedAt: new Date().toISOString() } : s,
    ),
    request: input.request,
    findings: plan?.findings.map(withoutExample) ?? [],
    leftOut: plan?.what.leftOut ?? [],
    views: findArtifact(home, input.run, 'views') ?? [],
    ...(snapshot && {
      snapshot: {
        ...{ how: snapshot.how, bytes: snapshot.bytes, seconds: snapshot.seconds },
        ...(since && { since }),
      },
    }),
    ...(input.failure && { failure: sentence(input.failure) }),
    ...(closed.skippedTables.length > 0 && { skippedTables: closed.skippedTables }),
    ...(plan && { setAside: setAsideOf(plan, closed.objects, input.run) }),
    touched: input.place !== undefined || input.attached === true,
  }
  writePrivate(places.json, `${JSON.stringify(document, null, 2)}\n`)
  writePrivate(places.markdown, renderReport(document))
  if (!stillServes(input)) rmSync(snapshotPath(home, input.run), { force: true })
  return result
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
  tables: TableResult[]
  /** Left out by an operator. */
  skippedTables: string[]
  objects: ObjectRow[]
  /** Files with rows in quarantine and with originals of altered ones, where there are any. */
  aside: SetAsideFiles
}

const NOTHING: Closed = { tables: [], skippedTables: [], objects: [], aside: {} }

/** As large as the source: kept for a run that can go on, and for looking at what differs. */
const stillServes = ({ place, attached, result }: ReportInput): boolean =>
  result.verdict === 'different' || ((attached || place !== undefined) && UNFINISHED.includes(result.state))

async function closeLedger(
  { home }: Work,
  { run, result, steps, failure }: ReportInput,
  place: RunPlace,
): Promise<Closed> {
  return withSession(home, place.target, run, async client => {
    const ledger = await findLedger(client, place.target.schema)
    const row = ledger && (await getRun(client, ledger, run))
    if (!ledger || !row) return NOTHING
    const rows = await readTables(client, ledger, run)
    const { rows: stored } = await client.query(
      `SELECT name, source_digest, target_digest FROM ${tableName(ledger, 'table_run')} WHERE run_id = $1`,
      [run],
    )
    const hex = (name: string, column: 'source_digest' | 'target_digest') => {
      const bytes = stored.find(s => s.name === name)?.[column]
      return bytes ? Digest.fromBytes(bytes).hex : ''
    }
    for (const { name, state, detail } of steps) {
      await setStep(client, ledger, place, name, name === 'report' ? 'done' : state, detail)
    }
    await setState(client, ledger, { run, epoch: place.epoch }, result.state, {
      verdict: result.verdict,
      ...(failure && { message: sentence(failure) }),
    })
    const objects = await readObjects(client, ledger, run)
    const tables = rows.map(r => ({
      ...r,
      target: place.target.schema,
      counted: r.counted ?? 0,
      sourceDigest: hex(r.name, 'source_digest'),
      targetDigest: hex(r.name, 'target_digest'),
      verdict: (r.verdict ?? 'not checked') as TableResult['verdict'],
      seconds: r.startedAt && r.endedAt ? (r.endedAt.getTime() - r.startedAt.getTime()) / 1000 : 0,
    }))
    const aside = await exportSetAside(client, ledger, run, runFolder(run, home))
    const skippedTables = rows.flatMap(({ name, state }) => (state === 'skipped' ? [name] : []))
    return { tables, skippedTables, objects, aside }
  })
}
