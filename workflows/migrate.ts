/** The main job, as a table of contents: preflight, backup, schema, copy, finish, validate, report. */
import { CancellationScope, patched, workflowInfo } from '@temporalio/workflow'
import type { Gate } from '../model/control.ts'
import { oneLine } from '../model/name-text.ts'
import type { RunResult, TableResult } from '../model/run.ts'
import { Work } from './carry.ts'
import { Control } from './control.ts'
import { copyAll, finishOnly } from './copy-all.ts'
import type { Course } from './course.ts'
import { failed, finished, verdictOf } from './endings.ts'
import { factsOf, failureOf, isEndedByCancel } from './failures.ts'
import type { MigrateInput, PlanSummary, RunPlace } from './messages.ts'
import { pool } from './pool.ts'
import { preflight } from './preflight.ts'
import { RunProgress } from './run-progress.ts'
import { writeOut } from './write-out.ts'

export async function migrate(input: MigrateInput): Promise<RunResult> {
  const progress = new RunProgress(input, input.mode === 'preflight' ? ['preflight', 'report'] : undefined)
  const control = new Control(input, progress)
  const work = new Work(control, input.limits, input.request.target)
  const course: Course = { input, progress, control, work, run: input.run, attached: false }
  try {
    return await run(course)
  } catch (error) {
    const cancelled = isEndedByCancel(error)
    throw await CancellationScope.nonCancellable(() => failed(course, error, cancelled))
  }
}

async function run(course: Course): Promise<RunResult> {
  const { input, progress, control } = course
  const summary = await progress.step('preflight', say => preflight(course, say))
  if (input.mode === 'preflight') return finished(course, { tables: [], besides: [], unmade: [] })
  const place = await progress.step('backup', say => prepare(course, say))
  if (input.request.target.kind === 'files') return finished(course, await writeOut(course, place, summary))
  for (let setBacks = 0; ; setBacks++)
    try {
      return await carryOut(course, place, summary, setBacks > 0)
    } catch (error) {
      if (setBacks === MOST_SET_BACKS || factsOf(error).code !== 'set-back') throw error
      control.setBack()
      progress.setBack(factsOf(error).message)
    }
}

/** A target that fails over more often than this is left to its operators. */
const MOST_SET_BACKS = 5

/** @param again some of it is lost: each step finds out by itself what is still there */
async function carryOut(
  course: Course,
  place: RunPlace,
  summary: PlanSummary,
  again: boolean,
): Promise<RunResult> {
  const { progress, work } = course
  if (again) await progress.step('backup', async say => say(await work.any.prepareWayBack({ place })))
  await progress.step('schema', () => work.any.createTables({ place }))
  if (!again) await pass(course, 'before-copy')
  const copyOrNot = summary.scope === 'schema' ? finishOnly : copyAll
  const broken = await copyOrNot(course, place, summary)
  const unmade = await progress.step('finish', () => work.any.finishKeys({ place }))
  const { tables, besides } = await progress.step('validate', async say => {
    const compared = await validate(course, place, summary, say)
    const tables = await located(course, place, compared, say)
    const views = await validateViews(course, place, summary, say)
    return { tables, besides: [...views, ...(await validateRest(course))] }
  })
  const outcome = { tables, besides, unmade: [...broken, ...unmade] }
  await pass(course, 'before-cutover', `, with the verdict "${verdictOf(tables, besides)}"`)
  return finished(course, outcome)
}

/** The ledger is opened first: from here on every effect has its record. */
async function prepare(course: Course, say: (detail: string) => void): Promise<RunPlace> {
  const { input, run, work, control, summary } = course
  const { name, requestHash, request } = input
  const { host } = request.source
  const place = await work.on(host).openLedger({
    run,
    name,
    requestHash,
    request,
    takenAt: workflowInfo().runStartTime.toISOString(),
    adopt: input.adopt,
  })
  course.place = place
  control.opened(place)
  const said = [await work.any.prepareWayBack({ place })]
  if (summary?.dump) said.push(await work.on(host).dumpTarget({ place }))
  say(said.join('; '))
  return place
}

/** Where the plan has this gate the run stands until somebody decides; a no ends it. */
async function pass({ control, input }: Course, gate: Gate, on = ''): Promise<void> {
  if (!control.summary?.gates?.includes(gate)) return
  const { decision, by, comment } = await control.gate(gate, on)
  if (decision === 'approved') return
  throw failureOf({
    code: 'rejected',
    object: `run ${input.name}`,
    message: `the gate ${gate} was rejected by ${oneLine(by)}${comment ? `: ${oneLine(comment)}` : ''}`,
  })
}

async function validate(
  { progress, work, control }: Course,
  place: RunPlace,
  summary: PlanSummary,
  say: (detail: string) => void,
): Promise<TableResult[]> {
  if (summary.scope === 'schema') {
    say('schema only')
    return []
  }
  const { skippedTables } = control.book.orders
  const groups = summary.groups
    .map(({ tables }) => tables.filter(table => !skippedTables.includes(table)))
    .filter(tables => tables.length > 0)
  const settled = await pool(groups, summary.sideBySide, async tables => {
    const results = await work.any.validateTables({ place, tables })
    for (const result of results)
      progress.tables([result.name], result.verdict === 'equal' ? 'validated' : 'differs')
    return results
  })
  const failed = settled.find(s => s.error !== undefined)
  if (failed) throw failed.error
  return settled.flatMap(s => s.result ?? [])
}

/** The tables, those that differ with the rows in which they do. Where these cannot be found, the verdict stands. */
async function located(
  { work }: Course,
  place: RunPlace,
  tables: TableResult[],
  say: (detail: string) => void,
): Promise<TableResult[]> {
  const unlike = tables.filter(({ verdict }) => verdict === 'different').map(({ name }) => name)
  if (unlike.length === 0 || !patched('rows that differ are located')) return tables
  say('looking for the rows that differ')
  try {
    const found = await work.on(place.host).locateDifferences({ place, tables: unlike })
    return tables.map(table => {
      const rows = found[table.name]
      return rows ? { ...table, located: rows } : table
    })
  } catch (error) {
    if (isEndedByCancel(error)) throw error
    say(`the rows that differ were not found: ${factsOf(error).message}`)
    return tables
  }
}

/** Views need the rows of all tables, and the source's host: both sides compute them. */
async function validateViews(
  { work }: Course,
  place: RunPlace,
  { scope, views }: PlanSummary,
  say: (detail: string) => void,
): Promise<string[]> {
  if (scope !== 'all' || views === 0) return []
  say('comparing views')
  const { equal, notCompared, differences } = await work.on(place.host).compareViews({ place })
  const counts = [
    `${equal} equal`,
    ...(differences.length > 0 ? [`${differences.length} different`] : []),
    ...(notCompared > 0 ? [`${notCompared} not compared`] : []),
  ]
  say(`views: ${counts.join(', ')}`)
  return differences
}

/** Keys, indexes and rules of tables as they stand in the target by now, and the plan's own rules. */
async function validateRest({ work, run, input: { request } }: Course): Promise<string[]> {
  if (!patched('schema and rules are checked')) return []
  const there = work.on(request.source.host)
  return [...(await there.compareSchema({ run, request })), ...(await there.checkRules({ run, request }))]
}
