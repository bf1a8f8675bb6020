/** What the target tells for a run's report beside its balance sheet: rows over time, objects made, before and after. */
import type { Client } from 'pg'
import { readBefore } from '../ledger/before.ts'
import { readPace } from '../ledger/pace.ts'
import type { ObjectRow } from '../ledger/reader.ts'
import type { Place } from '../ledger/schema.ts'
import { keepsOthers, type Plan } from '../model/plan.ts'
import type { Baseline, ObjectCount, Pace, ReportTable, Standing } from '../model/report/document.ts'
import { standingOf } from '../stores/postgres/standing.ts'

/** Enough for a curve on a page, and 4 KB of JSON for a run of any size. */
const POINTS = 120

export async function paceOf(client: Client, ledger: Place, run: string): Promise<Pace | undefined> {
  const points = await readPace(client, ledger, run, POINTS)
  return points && { ...points, began: points.began.toISOString() }
}

/** By kind, in the order in which kinds were made first. */
export function countObjects(objects: readonly ObjectRow[]): ObjectCount[] {
  return [...Map.groupBy(objects, ({ kind }) => kind)].map(([kind, some]) => ({
    kind,
    made: some.filter(({ done }) => done).length,
    failed: some.filter(({ done, error }) => !done && error !== undefined).length,
  }))
}

/** @param before as it was noted before the first write */
export async function baselineOf(
  client: Client,
  ledger: Place,
  run: string,
  plan: Plan,
  before: Standing | undefined,
  tables: readonly ReportTable[],
): Promise<Baseline> {
  const after = await standingOf(
    client,
    plan.what.tables.map(({ target }) => target),
  )
  const noted = await readBefore(client, ledger, run)
  const appended = new Set(plan.what.tables.filter(keepsOthers).map(({ name }) => name))
  // Of tables with rows of others only the run's own were counted.
  const known = tables.filter(({ name, verdict }) => verdict !== 'not checked' && !appended.has(name))
  const rowsAfter = new Map(known.map(({ name, counted }) => [name, counted]))
  return {
    ...(before && { before: counted(before, plan, name => noted.get(name)?.rows) }),
    ...(after && { after: counted(after, plan, name => rowsAfter.get(name)) }),
  }
}

function counted(
  standing: Standing,
  { what }: Plan,
  rowsOf: (table: string) => number | undefined,
): Standing {
  const names = new Map(
    what.tables.map(({ name, target }) => [JSON.stringify([target.schema, target.name]), name]),
  )
  const tables = standing.tables.map(table => {
    const name = names.get(JSON.stringify([table.schema, table.name]))
    const rows = name === undefined ? undefined : rowsOf(name)
    return rows === undefined ? table : { ...table, rows }
  })
  return { ...standing, tables }
}
