/** The end of an export in its ledger; runs in a thread. */
import { existsSync, rmSync } from 'node:fs'
import { placeOfExport } from '../../ledger/in-file/exported.ts'
import { setFileState, setFileStep } from '../../ledger/in-file/runs.ts'
import { type FailureFacts, sentence } from '../../model/failure.ts'
import { type RunResult, type StepProgress, UNFINISHED } from '../../model/run.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import { readClosed } from '../into-sqlite/close-file.ts'
import type { Progress } from '../progress.ts'
import type { Closed } from '../report.ts'
import { type ExportInput, filesPath, ownersPath, withLedger, workFolder } from './place.ts'

export interface CloseExportInput extends ExportInput {
  result: RunResult
  steps: StepProgress[]
  failure?: FailureFacts
}

/** Gives what the ledger says at the end; undefined where there is none. */
export async function closeExport(
  { home, place, result, steps, failure }: CloseExportInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<Closed | undefined> {
  const path = filesPath(home, place.run)
  if (!existsSync(path)) return undefined
  await withLedger(home, place.run, async db => {
    await writing(db, { waits: () => progress('waits for the ledger'), signal }, () => {
      for (const { name, state, detail } of steps)
        setFileStep(db, place.run, name, name === 'report' ? 'done' : state, detail)
      setFileState(db, place, result.state, {
        verdict: result.verdict,
        ...(failure && { message: sentence(failure) }),
      })
    })
    const where = placeOfExport(db)
    if (where && !UNFINISHED.includes(result.state)) {
      rmSync(workFolder(where.folder, place.run), { recursive: true, force: true })
      rmSync(ownersPath(home, place.run), { force: true })
    }
  })
  return readClosed(path, place.run)
}
