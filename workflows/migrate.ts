/** The main job, as a table of contents: preflight, backup, schema, copy, finish, validate, report. */
import { CancellationScope, setHandler, workflowInfo } from '@temporalio/workflow'
import type { RunResult, TableResult } from '../model/run.ts'
import { copyAll, finishOnly } from './copy-all.ts'
import type { Course } from './course.ts'
import { failed, finished } from './endings.ts'
import { type MigrateInput, type PlanSummary, progressQuery, type RunPlace } from './messages.ts'
import { pool } from './pool.ts'
import { preflight } from './preflight.ts'
import { anyWork, hostWork } from './proxies.ts'
import { RunProgress } from './run-progress.ts'

export async function migrate(input: MigrateInput): Promise<RunResult> {
  const progress = new RunProgress(input, input.mode === 'preflight' ? ['preflight', 'report'] : undefined)
  setHandler(progressQuery, () => progress.progress)
  const course: Course = { input, progress, run: input.run, attached: false }
  try {
    return await run(course)
  } catch (error) {
    throw await CancellationScope.nonCancellable(() => failed(course, error))
  }
}

async function run(course: Course): Promise<RunResult> {
  const { input, progress } = course
  const work = anyWork(input.limits)
  const summary = await progress.step('preflight', say => preflight(course, say))
  if (input.mode === 'preflight') return finished(course, { tables: [], views: [], unmade: [] })
  const place = await progress.step('backup', say => prepare(course, say))
  await progress.step('schema', () => work.createTables({ place }))
  const copyOrNot = summary.scope === 'schema' ? finishOnly : copyAll
  const broken = await copyOrNot(course, place, summary)
  const unmade = await progress.step('finish', () => work.finishKeys({ place }))
  const { tables, views } = await progress.step('validate', async say => {
    const tables = await validate(course, place, summary, say)
    return { tables, views: await validateViews(course, place, summary, say) }
  })
  return finished(course, { tables, views, unmade: [...broken, ...unmade] })
}

/** The ledger is opened first: from here on every effect has its record. */
async function prepare(course: Course, say: (detail: string) => void): Promise<RunPlace> {
  const { input, run } = course
  const { name, requestHash, request } = input
  const host = request.source.host
  course.place = await hostWork(host, input.limits).openLedger({
    run,
    name,
    requestHash,
    request,
    takenAt: workflowInfo().runStartTime.toISOString(),
    adopt: input.adopt,
  })
  say(await anyWork(input.limits).prepareWayBack({ place: course.place }))
  return course.place
}

async function validate(
  { input, progress }: Course,
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

/** Views need the rows of all tables, and the source's host: both sides compute them. */
async function validateViews(
  { input }: Course,
  place: RunPlace,
  { scope, views }: PlanSummary,
  say: (detail: string) => void,
): Promise<string[]> {
  if (scope !== 'all' || views === 0) return []
  say('comparing views')
  const { equal, notCompared, differences } = await hostWork(place.host, input.limits).compareViews({ place })
  const counts = [
    `${equal} equal`,
    ...(differences.length > 0 ? [`${differences.length} different`] : []),
    ...(notCompared > 0 ? [`${notCompared} not compared`] : []),
  ]
  say(`views: ${counts.join(', ')}`)
  return differences
}
