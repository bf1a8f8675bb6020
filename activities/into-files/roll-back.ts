/** Taking an export back. */
import type { FilesEndpoint } from '../../model/endpoint.ts'
import type { BackedUp, RollbackCheck, RollbackScope, RolledBack } from '../../model/rollback.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { noteOutcome, outcomeTime, readOutcome } from '../rollback-outcome.ts'

interface RollbackOfFiles {
  run: string
  target: FilesEndpoint
  scope?: RollbackScope
}

/** Whether the run can be taken back; writes nothing. */
export async function checkRollback({ home }: Work, { run, scope }: RollbackOfFiles): Promise<RollbackCheck> {
  const already = outcomeTime(home, run)
  const none = { loses: false, refusals: [], warnings: [], tables: [], more: 0 }
  if (already !== undefined)
    return { ...none, safe: true, state: 'rolled back', already: `was taken back at ${already}` }
  if (scope && (scope.kind !== 'all' || scope.tables))
    return { ...none, safe: false, state: '', refusals: ['A run into files is taken back as a whole'] }
  return runJob('checkTakeExportBack', { home, run })
}

export async function backUpBefore(_work: Work, _input: RollbackOfFiles): Promise<BackedUp> {
  return { text: 'no copy was made, as nothing of others is lost: what they have changed stays' }
}

/** Undoes what the run did. An attempt after a killed one goes on. */
export async function rollBack(
  { home, log }: Work,
  { run, epoch }: RollbackOfFiles & { epoch?: string },
): Promise<RolledBack> {
  const taken = await runJob('takeExportBack', {
    ...{ home, run },
    ...(epoch !== undefined && { epoch }),
  })
  if (!taken) return readOutcome(home, run) ?? { undone: 0, rows: 0, verified: [], differences: [] }
  const outcome = noteOutcome(home, run, taken)
  log.info(outcome, 'taken back')
  return outcome
}
