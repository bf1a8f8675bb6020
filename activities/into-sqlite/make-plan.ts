/** The plan of PostgreSQL → SQLite: from the source's description, the file as it is, and what the user asked for. */

import { planIntoSqlite } from '../../model/into-sqlite/plan.ts'
import type { SqliteTarget } from '../../model/into-sqlite/target.ts'
import { type PackedSummary, packed } from '../../model/packed-summary.ts'
import type { Plan } from '../../model/plan.ts'
import type { IntoSqliteRequest } from '../../model/plan-request.ts'
import type { PostgresSchema } from '../../model/postgres-schema.ts'
import { lookAtFile } from '../../stores/sqlite/look-at-file.ts'
import { readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { drifted, type PlanInput } from '../make-plan.ts'
import { summarize } from '../plan-summary.ts'
import { writeScripts } from './plan-scripts.ts'

/** Makes the plan, tries it, writes it with its scripts into the run's folder. */
export async function makePlan(
  { home, log }: Work,
  { run, request, expectHash }: PlanInput<IntoSqliteRequest>,
): Promise<PackedSummary> {
  const origin = readArtifact(home, run, 'origin')
  const target = lookAtFile(request.target.path)
  const plan = await planTried(home, run, origin, target, request)
  writeArtifact(home, run, 'plan', plan)
  writeScripts(home, run, plan)
  log.info({ hash: plan.hash, tables: plan.what.tables.length, findings: plan.findings.length }, 'planned')
  if (expectHash && expectHash !== plan.hash) throw drifted(expectHash, plan.hash)
  return packed(summarize(plan))
}

/** Plans, tries, and plans anew without what failed. */
async function planTried(
  home: string,
  run: string,
  origin: PostgresSchema,
  target: SqliteTarget,
  request: IntoSqliteRequest,
): Promise<Plan> {
  const rejected = new Map<string, string>()
  for (;;) {
    const plan = planIntoSqlite(origin, target, request, rejected)
    if (request.scope === 'check') return plan
    const { source } = request
    const failed = await runJob('tryIntoSqlite', { home, run, source, what: plan.what })
    const anew = failed.filter(({ object }) => !rejected.has(object))
    if (anew.length === 0) return plan
    for (const { object, reason } of anew) rejected.set(object, reason)
  }
}
