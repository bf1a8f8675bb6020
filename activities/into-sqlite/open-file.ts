/** The first write into the file of a run: its ledger, and the run's row in it; runs in a thread. */
import { existsSync } from 'node:fs'
import { getFileRun, registerInFile } from '../../ledger/in-file/runs.ts'
import { createFileLedger } from '../../ledger/in-file/schema.ts'
import type { Registration, RunToken } from '../../ledger/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import { fileObject } from '../../stores/sqlite/errors.ts'
import { isThere } from '../../stores/sqlite/look-at-file.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { makeFile, openToWrite } from '../../stores/sqlite/write/open.ts'
import { workPath } from '../../stores/sqlite/write/place.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'

export interface OpenFileInput {
  path: string
  registration: Omit<Registration, 'database'>
}

/**
 * Registers the run in its file, or takes it over. Where no database is there the run makes one under a name of its own; else it goes
 * into that. Fails with `drift` where somebody has made or taken away one of its tables since the plan was made.
 */
export async function openRunFile(
  { path, registration }: OpenFileInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunToken> {
  const { run, plan } = registration
  const own = workPath(path, run)
  const isNew = existsSync(own) || !isThere(path)
  if (isNew) makeFile(own)
  const file = isNew ? own : path
  const db = openToWrite(file)
  try {
    return await writing(db, { waits: () => progress('waits for the lock of the file'), signal }, () => {
      if (!getFileRun(db, run)) for (const table of plan.what.tables) mustBeAsPlanned(db, path, table)
      createFileLedger(db)
      return registerInFile(db, registration)
    })
  } catch (error) {
    throw writingFailure(file, error)
  } finally {
    db.close()
  }
}

function mustBeAsPlanned(db: Connection, path: string, { action, target: { name } }: TablePlan): void {
  const there =
    db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE').get(name) !== undefined
  if (there === (action !== 'create')) return
  throw new Failure({
    code: 'drift',
    object: fileObject(path),
    message: `table "${name}" ${there ? 'is there since' : 'is not there any more since'} the plan was made`,
    remedy: 'Plan anew: it says what can be done',
  })
}
