/** The comparison of `check` between two PostgreSQL databases: both sides are read now. */
import type { CarryRequest } from '../../model/plan-request.ts'
import type { TableResult } from '../../model/run.ts'
import { readArtifact } from '../artifacts.ts'
import { absent } from '../compare-tables.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { tableOf } from '../target.ts'

export async function compareTables(
  { home }: Work,
  { run, request, tables }: { run: string; request: CarryRequest; tables: string[] },
): Promise<TableResult[]> {
  const plan = readArtifact(home, run, 'plan')
  const chosen = tables.map(name => tableOf(plan, name))
  const { source, target } = request
  const there = chosen.filter(({ action }) => action === 'use')
  const results = await runJob('digestBothCarried', { home, run, source, target, tables: there })
  return [...results, ...chosen.filter(({ action }) => action !== 'use').map(absent)]
}
