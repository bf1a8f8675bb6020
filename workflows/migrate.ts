/** The main job, as a table of contents: preflight, backup, schema, copy, finish, validate, report. */
import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  ParentClosePolicy,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import { EXIT, exitOf, type FailureCode, type FailureFacts, failureType } from '../model/failure.ts'
import type { RunResult, TableResult, Verdict } from '../model/run.ts'
import { copyTable } from './copy-table.ts'
import { factsOf, runFailure } from './failures.ts'
import {
  type MigrateInput,
  type PlanSummary,
  progressQuery,
  type RunPlace,
  type TableGroup,
} from './messages.ts'
import { pool } from './pool.ts'
import { anyWork, hostWork, preflightOn } from './proxies.ts'
import { aftermath, RunProgress, type Undone } from './run-progress.ts'

/** What a run has found out so far; what its end and its undo depend on. */
interface Course {
  run: string
  summary?: PlanSummary
  place?: RunPlace
}

export async function migrate(input: MigrateInput): Promise<RunResult> {
  const progress = new RunProgress(input, input.mode === 'preflight' ? ['preflight', 'report'] : undefined)
  setHandler(progressQuery, () => progress.progress)
  const course: Course = { run: input.run }
  try {
    return await run(input, progress, course)
  } catch (error) {
    throw await CancellationScope.nonCancellable(() => fail(input, progress, course, error))
  }
}

async function run(input: MigrateInput, progress: RunProgress, course: Course): Promise<RunResult> {
  const summary = await progress.step('preflight', say => preflight(input, progress, course, say))
  if (input.mode === 'preflight') return finished(input, progress, course, [], [])
  const place = await progress.step('backup', say => prepare(input, course, say))
  await progress.step('schema', async () => {
    await anyWork(input.limits).createTables({ place })
  })
  const broken =
    summary.scope === 'schema'
      ? await finishOnly(input, progress, place, summary)
      : await copy(input, progress, place, summary)
  const unmade = await progress.step('finish', () => anyWork(input.limits).finishKeys({ place }))
  const results = await progress.step('validate', say => validate(input, progress, place, summary, say))
  return finished(input, progress, course, results, [...broken, ...unmade])
}

async function preflight(
  input: MigrateInput,
  progress: RunProgress,
  course: Course,
  say: (detail: string) => void,
): Promise<PlanSummary> {
  const { request } = input
  const work = preflightOn(request.source.host, input.limits)
  say('asking source and target')
  const attached = await work.attach(input)
  course.run = progress.progress.run = attached.run
  if (attached.summary) {
    say('going on with the unfinished run')
    return planned(progress, course, attached.summary)
  }
  say('taking the snapshot')
  await work.takeSnapshot({ run: course.run, source: request.source })
  say('reading every value')
  await work.assess({ run: course.run, request })
  say('planning')
  const summary = await work.makePlan({
    run: course.run,
    request,
    ...(input.expectHash && { expectHash: input.expectHash }),
  })
  planned(progress, course, summary)
  say(`${summary.tables.length} tables`)
  if (summary.refusals.length > 0 && input.mode === 'full') throw refusal(summary)
  return summary
}

function planned(progress: RunProgress, course: Course, summary: PlanSummary): PlanSummary {
  course.summary = summary
  progress.planned(summary)
  return summary
}

function refusal({ refusals }: PlanSummary): ApplicationFailure {
  const facts: FailureFacts = {
    code: 'refused',
    message: `preflight found ${refusals.length === 1 ? 'a reason' : `${refusals.length} reasons`} not to start`,
    remedy: 'Each is listed with its remedy',
  }
  return ApplicationFailure.create({
    type: failureType('refused'),
    nonRetryable: true,
    message: facts.message,
    details: [facts],
  })
}

/** The ledger is opened first: from here on every effect has its record. */
async function prepare(
  input: MigrateInput,
  course: Course,
  say: (detail: string) => void,
): Promise<RunPlace> {
  const { name, requestHash, request } = input
  const host = request.source.host
  course.place = await hostWork(host, input.limits).openLedger({
    run: course.run,
    name,
    requestHash,
    request,
  })
  say(await anyWork(input.limits).prepareWayBack({ place: course.place }))
  return course.place
}

/** Copies all groups, a child workflow each; returns what could not be made, and throws for rows not copied. */
async function copy(
  input: MigrateInput,
  progress: RunProgress,
  place: RunPlace,
  summary: PlanSummary,
): Promise<string[]> {
  return progress.step('copy', async () => {
    const settled = await pool(summary.groups, summary.sideBySide, (group, index) =>
      copyGroup(input, progress, place, group, index),
    )
    const failed = settled.filter(s => s.error !== undefined)
    if (failed.length > 0) throw failed[0]!.error
    return settled.flatMap(s => s.result ?? [])
  })
}

async function copyGroup(
  input: MigrateInput,
  progress: RunProgress,
  place: RunPlace,
  group: TableGroup,
  index: number,
): Promise<string[]> {
  progress.tables(group.tables, 'copying')
  try {
    const child = await startChild(copyTable, {
      // Children of an earlier execution may still be open where somebody terminated it; the ledger fences them.
      workflowId: `${workflowInfo().workflowId}/${workflowInfo().runId}/copy/${index}`,
      args: [
        {
          run: place.run,
          name: input.name,
          tables: group.tables,
          lanes: group.lanes,
          place,
          ...(input.limits && { limits: input.limits }),
        },
      ],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary:
        group.tables.length === 1 ? `copy ${group.tables[0]}` : `copy ${group.tables.length} small tables`,
    })
    const { failures } = await child.result()
    progress.tables(group.tables, 'finished')
    return failures
  } catch (error) {
    progress.tables(group.tables, 'failed', factsOf(error).message)
    throw error
  }
}

/** Scope `schema`: no rows, but their keys and indexes. */
async function finishOnly(
  input: MigrateInput,
  progress: RunProgress,
  place: RunPlace,
  summary: PlanSummary,
): Promise<string[]> {
  progress.skip('copy', 'schema only')
  return anyWork(input.limits).finishTables({ place, tables: summary.tables.map(t => t.name) })
}

async function validate(
  input: MigrateInput,
  progress: RunProgress,
  place: RunPlace,
  summary: PlanSummary,
  say: (detail: string) => void,
): Promise<TableResult[]> {
  if (summary.scope === 'schema') {
    say('schema only')
    return []
  }
  const settled = await pool(summary.groups, summary.sideBySide, async group => {
    const results = await anyWork(input.limits).validateTables({ place, tables: group.tables })
    for (const result of results)
      progress.tables([result.name], result.verdict === 'equal' ? 'validated' : 'differs')
    return results
  })
  const failed = settled.find(s => s.error !== undefined)
  if (failed) throw failed.error
  return settled.flatMap(s => s.result ?? [])
}

/** The good end: verdict, report, exit status. */
async function finished(
  input: MigrateInput,
  progress: RunProgress,
  course: Course,
  tables: TableResult[],
  unmade: string[],
): Promise<RunResult> {
  const summary = progress.progress
  const incomplete = course.summary?.incomplete ?? []
  const differences = [
    ...unmade,
    ...tables.filter(t => t.verdict !== 'equal').map(differenceOf),
    ...incomplete,
  ]
  progress.state(differences.length > 0 && input.mode !== 'preflight' ? 'done with differences' : 'done')
  const verdict: Verdict =
    tables.length === 0 ? 'not checked' : tables.some(t => t.verdict !== 'equal') ? 'different' : 'equal'
  const result = progress.result({
    ...(course.summary && { planHash: course.summary.hash, findings: course.summary.refusals }),
    state: progress.progress.state,
    exit: exitOfEnd(input, course, differences),
    verdict,
    differences,
    rows:
      tables.length > 0
        ? tables.reduce((sum, t) => sum + t.written, 0)
        : summary.tables.reduce((sum, t) => sum + t.rows, 0),
  })
  return progress.step('report', () => report(input, progress, course, result))
}

function exitOfEnd(input: MigrateInput, { summary }: Course, differences: string[]): number {
  if (input.mode === 'preflight') return summary?.refusals.length ? EXIT.refused : EXIT.complete
  return differences.length > 0 ? EXIT.differences : EXIT.complete
}

/** Before the first write everything else counts as refused by preflight: nothing was touched. */
const KNOWN_EXIT: ReadonlySet<string> = new Set(['usage', 'internal'])

/** After the first write nothing is "refused": what a script takes for untouched has to be so. */
function exitOfFailure(code: FailureCode, touched: boolean): number {
  const exit = exitOf(code)
  if (touched) return exit === EXIT.refused ? EXIT.failed : exit
  return KNOWN_EXIT.has(code) ? exit : EXIT.refused
}

const differenceOf = (t: TableResult): string =>
  t.error
    ? `table "${t.name}": ${t.error}`
    : `table "${t.name}": source and target differ (${t.expected} rows, ${t.counted} in the target)`

/** What stands in the target is somebody else's by now: nothing of it is ours to take back. */
const NOT_OURS: ReadonlySet<string> = new Set(['target-replaced', 'fenced'])

/** The bad end: what was registered is undone if the plan says so, and the message says what is where. */
async function fail(
  input: MigrateInput,
  progress: RunProgress,
  course: Course,
  error: unknown,
): Promise<unknown> {
  const cancelled = isCancellation(error)
  const facts: FailureFacts = cancelled
    ? { code: 'internal', message: 'the run was cancelled' }
    : factsOf(error)
  const touched = course.place !== undefined
  const wanted = input.request.onFailure === 'rollback' && !NOT_OURS.has(facts.code)
  const undone = course.place && wanted ? await takeBack(input, progress, course.place) : 'kept'
  progress.state(undone === 'taken back' ? 'rolled back' : cancelled ? 'cancelled' : 'failed')
  const result = progress.result({
    state: progress.progress.state,
    exit: exitOfFailure(facts.code, touched),
    findings: course.summary?.refusals ?? [],
    message: aftermath(facts, input.name, touched, undone),
  })
  const reported = await report(input, progress, course, result, facts)
  return cancelled ? error : runFailure(facts, reported)
}

/** An undo that fails is told beside the failure that it was for. */
async function takeBack(
  { limits }: MigrateInput,
  progress: RunProgress,
  { run, target, epoch }: RunPlace,
): Promise<Undone> {
  progress.state('rolling back')
  try {
    await anyWork(limits).rollBack({ run, target, epoch })
    return 'taken back'
  } catch (error) {
    return factsOf(error)
  }
}

/** The report must never hide the failure it reports: where it cannot be written the result goes without. */
async function report(
  input: MigrateInput,
  progress: RunProgress,
  course: Course,
  result: RunResult,
  failure?: FailureFacts,
): Promise<RunResult> {
  const { request } = input
  const work = failure
    ? preflightOn(request.source.host, input.limits)
    : hostWork(request.source.host, input.limits)
  const facts = {
    run: course.run,
    request,
    result,
    steps: progress.steps,
    mode: input.mode,
    ...(course.place && { place: course.place }),
    ...(failure && { failure }),
  }
  if (!failure) return work.report(facts)
  return work.report(facts).catch(() => result)
}
