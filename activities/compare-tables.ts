/** The comparison of `check`: both sides are read now. */
import type { PlanRequest } from '../model/plan-request.ts'
import type { TableResult } from '../model/run.ts'
import { needSnapshot, readArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { tableOf } from './target.ts'

export async function compareTables(
  { home }: Work,
  { run, request, tables }: { run: string; request: PlanRequest; tables: string[] },
): Promise<TableResult[]> {
  const plan = readArtifact(home, run, 'plan')
  return runJob('digestBoth', {
    home,
    run,
    target: request.target,
    snapshot: needSnapshot(home, run),
    tables: tables.map(name => tableOf(plan, name)),
  })
}
