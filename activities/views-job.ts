/** Views on both engines, row for row: whether a translated query gives what the source's gave. */

import type { Client } from 'pg'
import { readObjects, readTables, type TableRow } from '../ledger/reader.ts'
import { showName } from '../model/name-text.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { PlanWhat, TablePlan, ViewPlan } from '../model/plan.ts'
import type { ViewResult } from '../model/run.ts'
import type { OtherObject } from '../model/schema.ts'
import { foldName } from '../model/sqlite-sql/names.ts'
import { natureOfView, type ViewNature } from '../model/view-nature.ts'
import type { ViewDigest } from '../stores/digest/view.ts'
import { digestView, type ThereAnswer, viewColumns } from '../stores/postgres/views.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import { ViewReader } from '../stores/sqlite/views.ts'
import { openRun, tellBackend, withSession } from './session.ts'

type Progress = (detail: unknown) => void

export interface ViewsInput {
  home: string
  place: RunPlace
  snapshot: string
  /** How long each engine may take for one view, and how long all views together. */
  seconds: number
  allSeconds: number
}

/** Compares the views that stand in the target; those that could not be made are no business of it. */
export async function compareViews(input: ViewsInput, progress: Progress): Promise<ViewResult[]> {
  const { home, place, snapshot } = input
  const sources = viewsOf(snapshot)
  const reader = new ViewReader(snapshot)
  // A query of a view may be silent for long; it has an end, so that this is no false sign of life.
  const alive = setInterval(() => progress({ comparing: 'views' }), 2000)
  try {
    return await withSession(home, place.target, place.run, async client => {
      const { ledger, plan } = await openRun(client, place)
      await tellBackend(client, progress)
      const copied = await readTables(client, ledger, place.run)
      const objects = await readObjects(client, ledger, place.run)
      const made = new Set(objects.filter(o => o.kind === 'view' && o.done).map(o => o.name))
      const views = plan.what.views.filter(({ target }) => made.has(target.name))
      const end = performance.now() + input.allSeconds * 1000
      const results: ViewResult[] = []
      for (const view of views) {
        const nature = natureOfView(view.name, sources)
        const reason = performance.now() > end ? NO_TIME : unequalFor(nature, plan.what, copied)
        results.push(
          reason === undefined
            ? await compareView(client, reader, view, nature, input.seconds)
            : { name: view.name, verdict: 'not compared', reason },
        )
      }
      return results
    })
  } finally {
    clearInterval(alive)
    reader.close()
  }
}

const NO_TIME = 'the time for all views together was over'

function viewsOf(snapshot: string): OtherObject[] {
  const store = openSqlite(snapshot)
  try {
    return store.describe().others
  } finally {
    store.close()
  }
}

/** Why the rows of a view cannot be the same, whatever its query is. */
function unequalFor(nature: ViewNature, what: PlanWhat, copied: readonly TableRow[]): string | undefined {
  if (nature.changes) return 'its rows depend on the clock or on chance'
  for (const table of what.tables) {
    if (!nature.tables.has(foldName(table.name))) continue
    const row = copied.find(({ name }) => name === table.name)
    const reason = row && changedRows(table, row)
    if (reason) return `${reason} in table ${showName(table.name)}, which it reads`
  }
  return undefined
}

function changedRows({ columns }: TablePlan, row: TableRow): string | undefined {
  if (row.quarantined > 0) return 'rows are in quarantine'
  if (row.altered > 0) return 'values were altered'
  if (columns.some(({ conversion }) => conversion !== undefined)) return 'values were converted'
  return row.verdict === 'equal' ? undefined : 'there are differences'
}

async function compareView(
  client: Client,
  reader: ViewReader,
  view: ViewPlan,
  nature: ViewNature,
  seconds: number,
): Promise<ViewResult> {
  const { name } = view
  const columns = await viewColumns(client, view.target)
  const here = await reader.digest({ name, columns }, seconds)
  if (here === undefined) return tooSlow(name, 'SQLite', seconds)
  if ('failure' in here)
    return { name, verdict: 'not compared', reason: `SQLite cannot compute it (${here.failure})` }
  if ('columns' in here) {
    const reason = `it has ${here.columns} columns in the source and ${columns.length} in the target`
    return { name, verdict: 'different', reason }
  }
  if ('unfit' in here) return { name, verdict: 'different', reason: here.unfit }
  const there = await digestView(client, view, columns, seconds, () => {})
  if (there === undefined) return tooSlow(name, 'PostgreSQL', seconds)
  return judged(name, here, there, nature)
}

const tooSlow = (name: string, engine: string, seconds: number): ViewResult => ({
  ...{ name, verdict: 'not compared' },
  reason: `${engine} takes longer than ${seconds} s to compute it`,
})

function judged(name: string, here: ViewDigest, there: ThereAnswer, { open }: ViewNature): ViewResult {
  if ('failure' in there) {
    const reason = `PostgreSQL fails on it: ${there.failure}`
    return { name, verdict: 'different', sourceRows: here.rows, reason }
  }
  const result = { name, sourceRows: here.rows, targetRows: there.rows }
  if (here.exact === there.exact) return { ...result, verdict: 'equal' }
  if (here.near === there.near)
    return { ...result, verdict: 'equal', reason: 'but for the last digits of computed floats' }
  if (open === undefined || here.rows !== there.rows) return { ...result, verdict: 'different' }
  const reason = `the rows are others, but its query leaves open ${open}, so that both may be right`
  return { ...result, verdict: 'not compared', reason }
}
