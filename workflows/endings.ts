/** How a run ends: well, with differences, or badly; each time with a report and a result that says so. */
import {
  allHandlersFinished,
  CancelledFailure,
  condition,
  isCancellation,
  patched,
} from '@temporalio/workflow'
import { differencesOf } from '../model/balance.ts'
import { hostOf } from '../model/endpoint.ts'
import { EXIT, exitOf, type FailureCode, type FailureFacts } from '../model/failure.ts'
import type { Located } from '../model/located.ts'
import type { RunResult, TableResult, Verdict } from '../model/run.ts'
import type { Course } from './course.ts'
import { factsOf, isEndedByCancel, runFailure } from './failures.ts'
import type { RunPlace } from './messages.ts'
import type { OrderBook } from './order-book.ts'
import { lastWords, near } from './proxies.ts'
import { aftermath, type Undone } from './run-progress.ts'

/** What validation found, besides rows in words; and what could not be made. */
export interface Outcome {
  tables: TableResult[]
  besides: string[]
  unmade: string[]
}

/** The good end: verdict, report, exit status. */
export async function finished(course: Course, { tables, besides, unmade }: Outcome): Promise<RunResult> {
  const { input, progress, control } = course
  await control.finish()
  const summary = progress.progress
  const incomplete = course.summary?.incomplete ?? []
  const skipped = skippedLines(control.book)
  const differences = capped([
    ...skipped,
    ...unmade,
    ...tables.flatMap(differencesOf),
    ...besides,
    ...incomplete,
  ])
  progress.state(differences.length > 0 && input.mode !== 'preflight' ? 'done with differences' : 'done')
  const result = progress.result({
    ...(course.summary && { planHash: course.summary.hash, findings: course.summary.refusals }),
    state: progress.progress.state,
    exit: exitOfEnd(course, differences),
    verdict: verdictOf(tables, besides),
    differences,
    rows:
      tables.length > 0
        ? tables.reduce((sum, t) => sum + t.written, 0)
        : summary.tables.reduce((sum, t) => sum + t.rows, 0),
  })
  const reported = await progress
    .step('report', () => report(course, result, { located: locatedIn(tables) }))
    .catch(error => {
      if (isEndedByCancel(error) || LOST.has(factsOf(error).code)) throw error
      // A new file moves into its place with its report: without that nothing is there.
      if (hostOf(input.request.target) !== undefined) throw error
      // The rows are there and were compared: a report that cannot be written takes nothing of that back.
      return { ...result, message: `The report could not be written: ${factsOf(error).message}.` }
    })
  if (!allHandlersFinished()) await condition(allHandlersFinished)
  return reported
}

/** What was there when it was compared is there no more. */
const LOST: ReadonlySet<string> = new Set(['set-back', 'target-replaced'])

function skippedLines({ orders, events }: OrderBook): string[] {
  return orders.skippedTables.map(table => {
    const by = events.find(event => event.kind === 'skip' && event.object === table)?.by
    return `table "${table}": was skipped${by ? ` by ${by}` : ''}`
  })
}

export function verdictOf(tables: TableResult[], besides: string[]): Verdict {
  if (tables.length === 0) return 'not checked'
  return besides.length > 0 || tables.some(t => t.verdict !== 'equal') ? 'different' : 'equal'
}

function exitOfEnd({ input, summary }: Course, differences: string[]): number {
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

/** What stands in the target is somebody else's by now: nothing of it is ours to take back. */
const NOT_OURS: ReadonlySet<string> = new Set(['target-replaced', 'fenced'])

/**
 * The bad end: what was registered is undone if the plan says so, and the message says what is where.
 *
 * @param cancelled the run was asked to end, and this is what came of it
 */
export async function failed(course: Course, error: unknown, cancelled: boolean): Promise<unknown> {
  const { input, progress, control } = course
  await control.giveUp()
  const facts: FailureFacts = cancelled
    ? { code: 'internal', message: 'the run was cancelled' }
    : factsOf(error)
  const touched = course.place !== undefined || course.attached
  const wanted = input.request.onFailure === 'rollback' && !NOT_OURS.has(facts.code)
  const undone = course.place && wanted ? await takeBack(course, course.place) : 'kept'
  progress.state(undone === 'taken back' ? 'rolled back' : cancelled ? 'cancelled' : 'failed')
  const result = progress.result({
    state: progress.progress.state,
    exit: exitOfFailure(facts.code, touched),
    findings: course.summary?.refusals ?? [],
    message: aftermath(facts, input.name, touched, undone),
  })
  const reported = await report(course, result, { failure: facts })
  if (!allHandlersFinished()) await condition(allHandlersFinished)
  if (!cancelled) return runFailure(facts, reported)
  return isCancellation(error) ? error : new CancelledFailure('the run was cancelled')
}

/**
 * An undo that fails parks the run until somebody asks for it again; where that is no use, or the run is cancelled
 * meanwhile, the failure is told beside the one that it was for.
 */
async function takeBack({ input, progress, control }: Course, place: RunPlace): Promise<Undone> {
  const { run, target, epoch } = place
  progress.state('rolling back')
  for (;;) {
    try {
      await near(target, input.limits).rollBack({ run, target, epoch })
      return 'taken back'
    } catch (error) {
      const facts = factsOf(error)
      if (NOT_OURS.has(facts.code) || !patched('undo parks') || !(await control.park(facts))) return facts
    }
  }
}

/** The report must never hide the failure it reports: where it cannot be written the result goes without. */
async function report(
  course: Course,
  result: RunResult,
  more: { failure?: FailureFacts; located?: Record<string, Located> },
): Promise<RunResult> {
  const { input, progress } = course
  const { request } = input
  const { host } = request.source
  const work = more.failure ? lastWords(host, input.limits) : course.work.on(host)
  const facts = {
    run: course.run,
    request,
    result,
    steps: progress.steps,
    mode: input.mode,
    ...(course.place && { place: course.place }),
    attached: course.attached,
    ...more,
  }
  if (!more.failure) return work.report(facts)
  return work.report(facts).catch(() => result)
}

const locatedIn = (tables: readonly TableResult[]): Record<string, Located> =>
  Object.fromEntries(tables.flatMap(({ name, located }) => (located ? [[name, located]] : [])))

/** What travels as a payload has a bound; the rest stands in the ledger and the report. */
const MOST_DIFFERENCES = 500

function capped(list: string[]): string[] {
  if (list.length <= MOST_DIFFERENCES) return list
  return [...list.slice(0, MOST_DIFFERENCES), `and ${list.length - MOST_DIFFERENCES} more`]
}
