/** Some tables of a repair: what differs is located anew by each attempt, and what is repaired differs no more. */
import { isAccepted } from '../model/finding.ts'
import type { RepairTablesInput } from '../model/payloads.ts'
import type { Plan } from '../model/plan.ts'
import { needSnapshot, readArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import type { RepairJob, TableSeen } from './repair-job.ts'
import { openRun, withSession } from './session.ts'
import { tableOf } from './target.ts'
import { runTargetJob } from './watch.ts'

/** Gives the tables that were not equal when they were looked at. */
export async function repairTables(
  { home, log }: Work,
  { run, target, at, kinds, tables, place }: RepairTablesInput,
): Promise<TableSeen[]> {
  const snapshot = needSnapshot(home, run)
  const { plan, ledger } = await recordOf(home, { run, target, place })
  const chosen = tables.map(name => tableOf(plan, name))
  // A comparison tells of tables that the target has not; there is nothing to write into.
  const there = place ? chosen : chosen.filter(({ action }) => action === 'use')
  const seen = await runTargetJob(home, { run, target }, 'repairTables', {
    ...{ home, run, at, target, kinds, snapshot, tables: there },
    ...(ledger && { ledger }),
    hindrances: Object.fromEntries(there.map(({ name }) => [name, hindrancesOf(plan, name)])),
  })
  for (const { table, found, done, moved } of seen) log.info({ table, found, done, moved }, 'repaired')
  return seen
}

/** Of a run with a ledger that and its plan, else the plan of the comparison. */
async function recordOf(
  home: string,
  { run, target, place }: Pick<RepairTablesInput, 'run' | 'target' | 'place'>,
): Promise<{ plan: Plan; ledger: RepairJob['ledger'] }> {
  if (!place) return { plan: readArtifact(home, run, 'plan'), ledger: undefined }
  return withSession(home, target, run, async client => {
    const { plan, ledger } = await openRun(client, place)
    return { plan, ledger: { place: ledger, token: { run, epoch: place.epoch } } }
  })
}

/**
 * What the plan says against writing rows of a table, in words: a comparison goes on without columns that it refuses,
 * and asks nobody's consent to a loss.
 */
function hindrancesOf({ findings, what: { accept } }: Plan, table: string): string[] {
  return findings
    .filter(
      finding =>
        (finding.object === table || finding.object.startsWith(`${table}.`)) &&
        (finding.severity === 'refused' || (finding.severity === 'consent' && !isAccepted(finding, accept))),
    )
    .map(({ object, message, code }) => `${object}: ${message} (${code})`)
}
