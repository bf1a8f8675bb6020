/** The comparison of `check` between a PostgreSQL source and a SQLite file: both sides are read now. */
import { existsSync } from 'node:fs'
import type { IntoSqliteRequest } from '../../model/plan-request.ts'
import type { TableResult } from '../../model/run.ts'
import { readArtifact, snapshotPath } from '../artifacts.ts'
import { absent } from '../compare-tables.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { tableOf } from '../target.ts'

/** The file is read as a source is: in a copy of one moment, and nothing stays beside it. */
export async function compareTables(
  { home }: Work,
  { run, request, tables }: { run: string; request: IntoSqliteRequest; tables: string[] },
): Promise<TableResult[]> {
  const plan = readArtifact(home, run, 'plan')
  const chosen = tables.map(name => tableOf(plan, name))
  const there = chosen.filter(({ action }) => action === 'use')
  const { source, target, busySeconds } = request
  const snapshot = snapshotPath(home, run)
  if (there.length > 0 && !existsSync(snapshot))
    await runJob('snapshot', { source: target.path, dest: snapshot, busySeconds })
  const results = await runJob('digestBothInto', { home, run, source, snapshot, tables: there })
  return [...results, ...chosen.filter(({ action }) => action !== 'use').map(absent)]
}
