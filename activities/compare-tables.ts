/** The comparison of `check`: both sides are read now. */
import type { TablePlan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import type { TableResult } from '../model/run.ts'
import { needSnapshot, readArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { tableOf } from './target.ts'

/** Of a part: it costs both sides a scan of their own, and a pause or a kill no more than the part. */
const CHUNKS = 10

export async function compareTables(
  { home }: Work,
  { run, request, tables }: { run: string; request: PlanRequest; tables: string[] },
): Promise<TableResult[]> {
  const plan = readArtifact(home, run, 'plan')
  const chosen = tables.map(name => tableOf(plan, name))
  const results = await runJob('digestBoth', {
    home,
    run,
    target: request.target,
    snapshot: needSnapshot(home, run),
    tables: chosen.filter(t => t.action === 'use'),
    facts: readArtifact(home, run, 'assessment').tables.filter(({ name }) => tables.includes(name)),
    partRows: plan.how.chunkRows * CHUNKS,
    ...(request.rows && { rows: request.rows }),
    ...(request.roundTrip && { roundTrip: request.roundTrip }),
  })
  return [...results, ...chosen.filter(t => t.action !== 'use').map(absent)]
}

export const absent = (table: TablePlan): TableResult => ({
  name: table.name,
  target: `${table.target.schema}.${table.target.name}`,
  ...{
    expected: table.rows,
    read: 0,
    written: 0,
    skipped: 0,
    quarantined: 0,
    altered: 0,
    counted: 0,
    bytes: 0,
    seconds: 0,
  },
  sourceDigest: '',
  targetDigest: '',
  verdict: 'different',
  error: `table "${table.name}": the target has no such table`,
})
