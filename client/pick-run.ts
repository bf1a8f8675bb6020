import type { RunRow } from '../ledger/runs.ts'
import { Failure } from '../model/failure.ts'

/**
 * The run of that name, or the one whose UUID begins so, among the runs of a ledger, the latest first. Fails with
 * `usage`; `where` names the ledger there.
 */
export function pickRun(runs: readonly RunRow[], id: string, where: string, remedy: string): RunRow {
  const found = runs.find(run => run.name === id) ?? runs.find(run => run.id.startsWith(id))
  if (found) return found
  throw new Failure({
    code: 'usage',
    object: `run ${id}`,
    message: `the ledger in ${where} knows no run of that name or id`,
    remedy,
  })
}
