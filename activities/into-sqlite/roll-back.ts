/** Taking a run into a file back. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../home/home.ts'
import { showBytes } from '../../model/amounts.ts'
import type { SqliteEndpoint } from '../../model/endpoint.ts'
import {
  type BackedUp,
  type Loss,
  mayLose,
  type RollbackCheck,
  type RollbackScope,
  type RolledBack,
} from '../../model/rollback.ts'
import { fileOfRun } from '../../stores/sqlite/write/place.ts'
import { findArtifact } from '../artifacts.ts'
import { backupFolder } from '../backup-file.ts'
import type { Work } from '../edge.ts'
import { releaseSnapshot } from '../from-postgres/holder.ts'
import { sqliteToPostgres } from '../from-sqlite.ts'
import { runJob } from '../jobs.ts'
import { noteOutcome, outcomeTime, readOutcome } from '../rollback-outcome.ts'

export interface RollbackOfFile {
  run: string
  target: SqliteEndpoint
  scope?: RollbackScope
}

/** Whether the run can be taken back, and what would be lost; writes nothing. */
export async function checkRollback({ home }: Work, input: RollbackOfFile): Promise<RollbackCheck> {
  const { run, target, scope } = input
  const already = outcomeTime(home, run)
  const none = { loses: false, refusals: [], warnings: [], tables: [], more: 0 }
  if (already !== undefined)
    return { ...none, safe: true, state: 'rolled back', already: `was taken back at ${already}` }
  if (scope && (scope.kind !== 'all' || scope.tables))
    return {
      ...none,
      safe: false,
      state: '',
      refusals: ['A run into a SQLite file is taken back as a whole'],
    }
  const plan = findArtifact(home, run, 'plan')
  return runJob('checkTakeBack', { home, run, path: target.path, ...(plan && { plan }) })
}

/** A copy of a file that others have written since. What the run alone wrote can be had from its source again. */
export async function backUpBefore(
  { home, host }: Work,
  { run, target, loses }: RollbackOfFile & { loses: boolean },
): Promise<BackedUp> {
  const file = fileOfRun(target.path, run)
  if (!loses || !existsSync(file)) return { text: 'no copy was made, as nothing of others is lost' }
  const path = join(makeFolder(backupFolder(home, run)), 'before-rollback.db')
  const backup = { path, host, ...(await runJob('copyWhole', { path: file, copy: path })) }
  return {
    backup,
    text: `what goes was copied to ${path} on host ${host} (${showBytes(backup.bytes)})`,
  }
}

/** Undoes what the run did. An attempt after a killed one goes on; a run of which nothing is left is taken back already. */
export async function rollBack(
  { home, log }: Work,
  { run, target, epoch, accept }: RollbackOfFile & { epoch?: string; accept?: readonly Loss[] },
): Promise<RolledBack> {
  // Its holders keep tables of the source from being altered.
  releaseSnapshot(home, run)
  const plan = findArtifact(home, run, 'plan')
  const taken = await runJob('takeFileBack', {
    ...{ home, run, path: target.path, mayLose: mayLose(accept) },
    ...(plan && { plan }),
    ...(epoch !== undefined && { epoch }),
  })
  if (!taken) return readOutcome(home, run) ?? NOTHING
  const outcome = noteOutcome(home, run, taken)
  log.info(outcome, 'taken back')
  return outcome
}

const NOTHING: RolledBack = { undone: 0, rows: 0, verified: [], differences: [] }

export const { reportRollback } = sqliteToPostgres
