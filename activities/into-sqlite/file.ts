/** The file of a run and what its ledger says; for jobs in threads. */
import { existsSync } from 'node:fs'
import { getFilePlan, mustBeOurs } from '../../ledger/in-file/runs.ts'
import { ledgerGone, type RunToken } from '../../ledger/runs.ts'
import type { SqliteEndpoint } from '../../model/endpoint.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { Plan } from '../../model/plan.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { openToWrite } from '../../stores/sqlite/write/open.ts'
import { fileOfRun } from '../../stores/sqlite/write/place.ts'
import { type Waiting, writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'

export type FilePlace = RunPlace<SqliteEndpoint>

export interface RunFile {
  db: Connection
  plan: Plan
  token: RunToken
  waiting: Waiting
}

/** Opens the file of a run and closes it after the work. Fails with `target-replaced` without its ledger. */
export async function withFile<T>(
  { run, epoch, target }: FilePlace,
  { progress, signal }: { progress: Progress; signal?: AbortSignal },
  work: (file: RunFile) => Promise<T>,
): Promise<T> {
  const path = fileOfRun(target.path, run)
  if (!existsSync(path)) throw ledgerGone(run)
  const db = openToWrite(path)
  try {
    const plan = getFilePlan(db, run)
    if (!plan) throw ledgerGone(run)
    const waiting = { waits: () => progress({ waits: 'for the lock of the file' }), signal }
    return await work({ db, plan, token: { run, epoch }, waiting })
  } catch (error) {
    throw writingFailure(path, error)
  } finally {
    db.close()
  }
}

/** Writes in one transaction, as long as the run is ours. */
export function written<T>({ db, token, waiting }: RunFile, work: () => T | Promise<T>): Promise<T> {
  return writing(db, waiting, () => {
    mustBeOurs(db, token)
    return work()
  })
}
