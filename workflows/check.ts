/** Compares source and target as they are now, whoever copied them; writes to neither. */
import { allHandlersFinished, CancellationScope, condition, patched } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { comparisonLines, returnLines } from '../model/comparison-lines.ts'
import { EXIT, exitOf } from '../model/failure.ts'
import { unpacked } from '../model/packed-summary.ts'
import type { RunResult } from '../model/run.ts'
import { Work } from './carry.ts'
import { Control } from './control.ts'
import { factsOf, runFailure } from './failures.ts'
import { fetchFirst, isStaged } from './fetch.ts'
import type { MigrateInput } from './messages.ts'
import { pool } from './pool.ts'
import { lastWords } from './proxies.ts'
import { RunProgress } from './run-progress.ts'

export async function check(input: MigrateInput): Promise<RunResult> {
  const progress = new RunProgress(input, ['preflight', 'validate', 'report'])
  const control = new Control(input, progress)
  try {
    const result = await compare(input, progress, control)
    if (!allHandlersFinished()) await condition(allHandlersFinished)
    return result
  } catch (error) {
    await control.giveUp()
    await letGo(input)
    const facts = factsOf(error)
    progress.state('failed')
    const exit =
      facts.code === 'usage' ? EXIT.usage : facts.code === 'unavailable' ? exitOf(facts.code) : EXIT.refused
    throw runFailure(
      facts,
      progress.result({ state: 'failed', exit, message: 'Source and target were only read.' }),
    )
  }
}

/** What it read by is of no use to the next comparison; where that cannot be done, the failure is told all the same. */
async function letGo({ run, request, limits }: MigrateInput): Promise<void> {
  if (!patched('a comparison that failed lets its snapshot go')) return
  await CancellationScope.nonCancellable(() =>
    lastWords(request.source.host, limits)
      .release({ run, request })
      .catch(() => {}),
  )
}

async function compare(input: MigrateInput, progress: RunProgress, control: Control): Promise<RunResult> {
  const { run, limits } = input
  const request = { ...input.request, scope: 'check' as const }
  const desk = new Work(control, limits, request.target)
  const work = desk.on(request.source.host)
  const summary = await progress.step('preflight', async say => {
    await work.attach(input)
    if (isStaged(request)) await fetchFirst({ run, input, work: desk }, request, say)
    say('taking the snapshot')
    await work.takeSnapshot({
      ...{ run, source: request.source, busySeconds: request.busySeconds },
      ...(request.rows && { only: request }),
      ...(isStaged(request) && { request, mode: input.mode }),
    })
    say('reading every value')
    await work.assess({ run, request })
    return unpacked(await work.makePlan({ run, request }))
  })
  progress.planned(summary)
  control.planned(summary)
  const refused = summary.refusals.map(f => `${f.object}: ${f.message}`)
  const tables = await progress.step('validate', async () => {
    const settled = await pool(summary.groups, summary.sideBySide, group =>
      work.compareTables({ run, request, tables: group.tables }),
    )
    const failed = settled.find(s => s.error !== undefined)
    if (failed) throw failed.error
    return settled.flatMap(s => s.result ?? [])
  })
  for (const table of tables)
    progress.tables([table.name], table.verdict === 'equal' ? 'validated' : 'differs')
  const besides = await besidesRows(work, { run, request })
  await control.finish()
  const unlike = [...refused, ...tables.flatMap(comparisonLines), ...besides]
  const differences = [...unlike, ...tables.flatMap(returnLines)]
  progress.state(differences.length > 0 ? 'done with differences' : 'done')
  const result = progress.result({
    state: progress.progress.state,
    exit: differences.length > 0 ? EXIT.differences : EXIT.complete,
    verdict: unlike.length > 0 ? 'different' : 'equal',
    differences,
    rows: tables.reduce((sum, t) => sum + t.read, 0),
  })
  return progress.step('report', () =>
    work.report({
      run,
      request,
      result,
      steps: progress.steps,
      mode: 'check',
      tables,
    }),
  )
}

/** Keys, indexes and rules of tables, and the plan's own rules; in words. */
async function besidesRows(
  work: Activities,
  what: { run: string; request: MigrateInput['request'] },
): Promise<string[]> {
  if (!patched('schema and rules are checked')) return []
  return [...(await work.compareSchema(what)), ...(await work.checkRules(what))]
}
