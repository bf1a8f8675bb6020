/** The beginning of a repair: may it be, of which tables, and by a role that may; then the run is ours. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { readJson, runFolder } from '../home/home.ts'
import { readTables } from '../ledger/reader.ts'
import { fenceOff, getRun, type RunRow } from '../ledger/runs.ts'
import type { Place } from '../ledger/schema.ts'
import { idsHold } from '../ledger/written.ts'
import { didYouMean } from '../model/did-you-mean.ts'
import { Failure } from '../model/failure.ts'
import type { RepairInput, RepairOpened } from '../model/payloads.ts'
import { keepsOthers, type Plan, type TablePlan } from '../model/plan.ts'
import type { ReportFacts } from '../model/report/document.ts'
import type { RunState } from '../model/run.ts'
import { needOwnSession } from '../sessions/pooled.ts'
import { parentsFirst } from '../stores/postgres/parents-first.ts'
import { lackingRights } from '../stores/postgres/repair-rights.ts'
import { readArtifact, snapshotPath } from './artifacts.ts'
import type { Work } from './edge.ts'
import { endWriters } from './end-writers.ts'
import { openRun, withSession } from './session.ts'

/** Ended with all rows accounted for; an unfinished run is gone on with by its own command. */
const ENDED: readonly RunState[] = ['done', 'done with differences', 'repairing']

/** Tables that one activity works on: so many, or so many rows. */
const MOST_TABLES = 100
const MOST_ROWS = 1_000_000

/** Changes nothing where the run, the tables or the role are not fit for it, or nothing is to be repaired. */
export async function openRepair({ home, host }: Work, input: RepairInput): Promise<RepairOpened> {
  const { run, target, kinds, ledger: inLedger } = input
  const before = reportOf(home, input)
  // Its snapshot is no file that rows could be taken from.
  if (before.request.source.kind !== 'sqlite') throw notServed(input)
  mustHaveSnapshot(home, input, before)
  if (before.request.rows) throw onlySome(input)
  return withSession(home, target, run, async client => {
    needOwnSession(client, 'repair rows')
    if (!inLedger) return { groups: groupsOf(await chosen(client, readArtifact(home, run, 'plan'), input)) }
    const { ledger, plan } = await openRun(client, { run, target, epoch: '', host })
    const row = (await getRun(client, ledger, run))!
    if (!ENDED.includes(row.state)) throw notEnded(row)
    const skipped = (await readTables(client, ledger, run)).filter(({ state }) => state === 'skipped')
    const left = new Set(skipped.map(({ name }) => name))
    const tables = await chosen(client, plan, input, left)
    for (const table of tables) await mustTellApart(client, ledger, run, table)
    const groups = groupsOf(tables)
    if (kinds.length === 0) return { place: { run, epoch: '', target, host }, groups }
    const { epoch } = await fenceOff(client, ledger, run, 'repairing')
    // Until an older repair's session is gone, its last transaction may still commit.
    await endWriters(client, ledger, run)
    return { place: { run, epoch, target, host }, groups }
  })
}

function reportOf(home: string, { run, name }: RepairInput): ReportFacts {
  const before = readJson<ReportFacts>(join(runFolder(run, home), 'report.json'))
  if (before) return before
  throw new Failure({
    code: 'artifact',
    object: `run ${name} (${run})`,
    message: "report.json is not in the run's folder",
    remedy: 'Put it back, or compare anew with "longhaul check" and repair that run',
  })
}

const notServed = ({ run, name }: RepairInput) =>
  new Failure({
    code: 'usage',
    object: `run ${name} (${run})`,
    message: 'only runs from SQLite are repaired',
    remedy:
      'The lists beside the report name the rows that differ; take the run back and run its command again',
  })

function mustHaveSnapshot(home: string, { run, name }: RepairInput, { result }: ReportFacts): void {
  if (existsSync(snapshotPath(home, run))) return
  const object = `run ${name} (${run})`
  const remedy = `Compare them as they are now with "longhaul check ${name}", and repair that run`
  throw result.verdict === 'different'
    ? new Failure({ code: 'artifact', object, message: 'its snapshot of the source is gone', remedy })
    : new Failure({
        code: 'usage',
        object,
        message: `source and target were ${result.verdict === 'equal' ? 'equal' : 'not compared'} at its end, so it has kept no snapshot to repair from`,
        remedy,
      })
}

const onlySome = ({ run, name }: RepairInput) =>
  new Failure({
    code: 'usage',
    object: `run ${name} (${run})`,
    message:
      'it has compared some of the rows alone, so nobody knows which of the others are missing or surplus',
    remedy: 'Compare all of them with "longhaul check", without --where and --sample, and repair that run',
  })

const notEnded = ({ id, name, state }: RunRow) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: `is ${state}; only a run that has come to its end is repaired`,
    remedy: 'Repeat its command to bring it to its end, then repair',
  })

/** The tables that are asked for, parents first; fails where the role may not do to them what is to be done. */
async function chosen(
  client: Client,
  { what }: Plan,
  { tables: names, kinds }: RepairInput,
  left: ReadonlySet<string> = new Set(),
): Promise<TablePlan[]> {
  const all = what.tables.filter(({ name }) => !left.has(name))
  for (const name of names ?? []) if (!all.some(table => table.name === name)) throw unknown(name, all)
  const wanted = all.filter(({ name }) => names?.includes(name) ?? true)
  const lacking = await lackingRights(client, wanted, kinds)
  if (lacking) throw lacking
  return parentsFirst(client, wanted)
}

function unknown(name: string, tables: readonly TablePlan[]): Failure {
  const names = tables.map(table => table.name)
  const meant = didYouMean(name, names)
  return new Failure({
    code: 'usage',
    object: `table "${name}"`,
    message: 'the run has no such table',
    ...(meant !== undefined && { remedy: `Did you mean "${meant}"?` }),
  })
}

/** Rows of others stand beside ours: these are compared alone. */
async function mustTellApart(client: Client, ledger: Place, run: string, table: TablePlan): Promise<void> {
  const reason = keepsOthers(table) ? await idsHold(client, ledger, run, table) : undefined
  if (reason)
    throw new Failure({
      code: 'refused',
      object: `table "${table.name}"`,
      message: `the run's rows cannot be told from those of others: ${reason}`,
      remedy: 'Leave it out with --tables',
    })
}

function groupsOf(tables: readonly TablePlan[]): string[][] {
  const groups: string[][] = []
  let rows = 0
  for (const table of tables) {
    const last = groups.at(-1)
    if (last && last.length < MOST_TABLES && rows + table.rows <= MOST_ROWS) {
      last.push(table.name)
      rows += table.rows
    } else {
      groups.push([table.name])
      rows = table.rows
    }
  }
  return groups
}
