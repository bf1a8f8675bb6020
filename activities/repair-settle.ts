/** The end of a repair: both sides are compared anew, and the run's verdict, state and report say what they are now. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { runFolder } from '../home/home.ts'
import { readTables } from '../ledger/reader.ts'
import { differencesOf } from '../model/balance.ts'
import { comparisonLines } from '../model/comparison-lines.ts'
import { EXIT } from '../model/failure.ts'
import type { RepairResult, RepairSettleInput, RunPlace } from '../model/payloads.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import { noRows, type Repair, type RepairedTable } from '../model/repair.ts'
import type { ReportFacts } from '../model/report/document.ts'
import { isUnfulfilled, ruleDifference } from '../model/rules.ts'
import type { RunResult, TableResult, Verdict } from '../model/run.ts'
import { schemaDifference } from '../model/schema-compared.ts'
import { differencesOfViews } from '../model/view-results.ts'
import { findArtifact, readArtifact, readReport, writeArtifact } from './artifacts.ts'
import { checkRules } from './check-rules.ts'
import { compareSchema } from './compare-schema.ts'
import { compareTables } from './compare-tables.ts'
import { compareViews } from './compare-views.ts'
import type { Work } from './edge.ts'
import { locateDifferences } from './locate-differences.ts'
import { dropScript, readTransactions, repairFolder } from './repair-files.ts'
import { report } from './report.ts'
import { withSession } from './session.ts'
import { withTarget } from './target.ts'
import { validateTables } from './validate-tables.ts'

/** What the report said of tables, views, schema and rules is said anew; its other differences stand. */
export async function settleRepair(work: Work, input: RepairSettleInput): Promise<RepairResult> {
  const { home } = work
  const { run, at, kinds, place } = input
  const before = readReport(
    home,
    run,
    'Put it back, then repair once more: what was repaired is in the target, and stays',
  )
  const proven = await prove(work, before, input)
  const done = await changesOf(home, input)
  const tables = repairedTables(proven, done, input)
  const undo = done.size > 0 ? join(runFolder(run, home), repairFolder(at)) : undefined
  noteRepair(home, run, { at, kinds, tables, ...(undo && { undo: repairFolder(at) }) })
  const result = await reported(work, before, proven, place)
  return { tables, looked: input.tables.length, ...(undo && { undo }), result }
}

/** Tables as the ledger has them now, or as a comparison gives them; those that were not looked at as they were. */
async function prove(
  work: Work,
  before: ReportFacts<PlanRequest>,
  { run, tables, place }: RepairSettleInput,
): Promise<TableResult[]> {
  if (place) return proveCopied(work, place, tables, before)
  // Parts that an earlier comparison has kept are those of the time before.
  rmSync(join(runFolder(run, work.home), 'compared'), { recursive: true, force: true })
  const now = await compareTables(work, { run, request: before.request, tables })
  const byName = new Map(now.map(table => [table.name, table]))
  return before.tables.map(table => byName.get(table.name) ?? table)
}

async function proveCopied(
  work: Work,
  place: RunPlace,
  tables: string[],
  before: ReportFacts<PlanRequest>,
): Promise<TableResult[]> {
  const compared = await validateTables(work, { place, tables })
  const unlike = compared.filter(({ verdict }) => verdict === 'different').map(({ name }) => name)
  const located = unlike.length > 0 ? await locateDifferences(work, { place, tables: unlike }) : {}
  const byName = new Map(compared.map(table => [table.name, table]))
  const rows = await withTarget(work.home, place, ({ client, ledger }) =>
    readTables(client, ledger, place.run),
  )
  const standing = new Map(before.tables.map(table => [table.name, table]))
  return rows.flatMap(({ name }) => {
    const found = located[name]
    const now = byName.get(name)
    if (!now) return standing.get(name) ?? []
    return [{ ...now, ...(found && { located: found }) }]
  })
}

/** By table, the rows of the transactions that have committed; scripts of the others go. */
async function changesOf(
  home: string,
  { run, at, target }: RepairSettleInput,
): Promise<Map<string, RepairedTable['done']>> {
  const transactions = readTransactions(home, run, at)
  const done = new Map<string, RepairedTable['done']>()
  if (transactions.length === 0) return done
  await withSession(home, target, run, async client => {
    for (const transaction of transactions) {
      const { rows } = await client.query('SELECT pg_catalog.pg_xact_status($1::text::xid8) AS status', [
        transaction.xid,
      ])
      if (rows[0].status !== 'committed') {
        dropScript(home, run, at, transaction)
        continue
      }
      const sum = done.get(transaction.table) ?? noRows()
      const { missing, different, surplus } = transaction.done
      done.set(transaction.table, {
        missing: sum.missing + missing,
        different: sum.different + different,
        surplus: sum.surplus + surplus,
      })
    }
  })
  return done
}

function repairedTables(
  proven: readonly TableResult[],
  done: ReadonlyMap<string, RepairedTable['done']>,
  { tables, reasons }: RepairSettleInput,
): RepairedTable[] {
  const looked = new Set(tables)
  return proven.flatMap(({ name, verdict, located }) => {
    const changed = done.get(name)
    if (!looked.has(name) || (!changed && verdict === 'equal')) return []
    const { missing, different, surplus } = located ?? noRows()
    const left = { missing, different, surplus }
    return [
      {
        table: name,
        done: changed ?? noRows(),
        left,
        verdict,
        reasons: verdict === 'equal' ? [] : (reasons[name] ?? []),
      },
    ]
  })
}

/** A repeated end of the same repair takes the place of the first. */
function noteRepair(home: string, run: string, repair: Repair): void {
  const others = (findArtifact(home, run, 'repairs') ?? []).filter(({ at }) => at !== repair.at)
  writeArtifact(home, run, 'repairs', [...others, repair])
}

async function reported(
  work: Work,
  before: ReportFacts<PlanRequest>,
  proven: TableResult[],
  place: RunPlace | undefined,
): Promise<RunResult> {
  const { run } = before.result
  const lines = place ? differencesOf : comparisonLines
  const views =
    place && comparesViews(work.home, before) ? (await compareViews(work, { place })).differences : []
  const { request } = before
  const besides = [
    ...views,
    ...(await compareSchema(work, { run, request })),
    ...(await checkRules(work, { run, request })),
  ]
  const said = new Set([...before.tables.flatMap(t => lines(t)), ...saidBesides(before)])
  const stand = before.result.differences.filter(line => !said.has(line))
  const differences = [...stand, ...proven.flatMap(t => lines(t)), ...besides]
  const unlike = besides.length > 0 || proven.some(({ verdict }) => verdict === 'different')
  const verdict: Verdict = (place ? unlike : differences.length > 0) ? 'different' : 'equal'
  const { report: _, ...result } = before.result
  return report(work, {
    ...{ run, request, steps: before.steps, mode: before.mode ?? (place ? 'full' : 'check') },
    result: {
      ...result,
      ...{ state: differences.length > 0 ? 'done with differences' : 'done', verdict, differences },
      exit: differences.length > 0 ? EXIT.differences : EXIT.complete,
    },
    ...(place
      ? { place, located: Object.fromEntries(proven.flatMap(t => (t.located ? [[t.name, t.located]] : []))) }
      : { tables: proven }),
  })
}

const comparesViews = (home: string, { request, result }: ReportFacts<PlanRequest>) =>
  request.scope === 'all' && readArtifact(home, result.run, 'plan').what.views.length > 0

/** The lines about views, schema and rules. */
function saidBesides({ views, schema, rules }: ReportFacts): string[] {
  return [
    ...differencesOfViews(views).differences,
    ...(schema?.differences ?? []).map(schemaDifference),
    ...(rules ?? []).filter(isUnfulfilled).map(ruleDifference),
  ]
}
