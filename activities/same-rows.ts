import { readTargetDigest } from '../ledger/reader.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { TableFacts } from '../model/judge-rollback.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Subject } from './rollback-subject.ts'
import { runTargetJob } from './watch.ts'

/**
 * Where transactions say that rows were written anew, but their number is the same, the digest of the validation
 * decides. Undefined where there is nothing to decide, or the run was not validated.
 */
export async function sameRows(
  home: string,
  target: PostgresEndpoint,
  { client, ledger, run: { id: run } }: Subject,
  table: TablePlan,
  { rows, own, written, before }: TableFacts,
): Promise<boolean | undefined> {
  if (rows === 0 || rows !== written || own === rows || before > 0) return undefined
  const digest = await readTargetDigest(client, ledger, run, table.name)
  if (!digest) return undefined
  const now = await runTargetJob(home, { run, target }, 'digestThere', { home, run, target, table })
  return Buffer.compare(digest, now) === 0
}
