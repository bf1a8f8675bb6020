/** The first steps of an export after its plan: the run's record, the way back, the folder; in threads. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder, sync } from '../../home/home.ts'
import {
  allFiles,
  exportFigures,
  layoutOfExport,
  noteBefore,
  notePlace,
  placeOfExport,
} from '../../ledger/in-file/exported.ts'
import { registerInFile } from '../../ledger/in-file/runs.ts'
import { createFileLedger } from '../../ledger/in-file/schema.ts'
import type { Registration, RunToken } from '../../ledger/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { ExportRequest } from '../../model/plan-request.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import { findArtifact } from '../artifacts.ts'
import type { Progress } from '../progress.ts'
import { datedFolder, folderOf, missingFolders } from './folder.ts'
import { sha256Of } from './into-place.ts'
import { asidePath, type ExportInput, isUnrecorded, withExport, withLedger } from './place.ts'

export interface OpenExportInput {
  home: string
  registration: Omit<Registration, 'database'>
  request: Pick<ExportRequest, 'target' | 'filesPerMinute' | 'again'>
}

/** Registers the run, or takes it over; where the files go is settled the first time. */
export async function openExport(
  { home, registration, request }: OpenExportInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunToken> {
  const { run } = registration
  return withLedger(home, run, db =>
    writing(db, { waits: () => progress('waits for the ledger'), signal }, () => {
      createFileLedger(db)
      const token = registerInFile(db, registration)
      const { filesPerMinute, again } = request
      const { folder, made } = placeOfExport(db) ?? {
        folder: again
          ? earlierFolder(home, again.run)
          : newFolder(request, layoutOfExport(db).single, registration.takenAt),
        made: [],
      }
      notePlace(db, { folder, made, ...(filesPerMinute && { filesPerMinute }) })
      return token
    }),
  )
}

function newFolder({ target }: Pick<ExportRequest, 'target'>, single: boolean, takenAt: string): string {
  const folder = folderOf(target, single)
  return target.options.dated ? datedFolder(folder, new Date(takenAt)) : folder
}

function earlierFolder(home: string, run: string): string {
  const files = findArtifact(home, run, 'files')
  if (files) return files.folder
  throw new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: 'what it has written is not known any more',
  })
}

/** Files of others that are to be replaced are copied into the run's folder first. Gives how many. */
export async function keepAside(
  input: ExportInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ kept: number; files: number }> {
  return withExport(input, { progress, signal }, async ({ home, db, plan, where, token, waiting }) => {
    const { ifExists } = plan.what.policies
    let kept = 0
    for (const { no, file, kind, state, before } of allFiles(db)) {
      const path = join(where.folder, file)
      if (before !== undefined) kept++
      if (before !== undefined || state === 'done' || !existsSync(path)) continue
      if (isUnrecorded(where.folder, token.run, file)) continue
      if (ifExists !== 'replace' && !(ifExists === 'append' && kind === 'manifest')) continue
      const copy = asidePath(home, token.run, no)
      makeFolder(dirname(copy))
      copyFileSync(path, copy)
      sync(copy)
      const sha256 = await sha256Of(copy)
      await writing(db, waiting, () => noteBefore(db, no, sha256))
      progress({ kept: ++kept })
    }
    return { kept, files: exportFigures(db).files }
  })
}

/** Makes the folder, for its owner alone. */
export async function makeFolders(
  input: ExportInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  return withExport(input, { progress, signal }, async ({ db, where, waiting }) => {
    const missing = missingFolders(where.folder)
    if (missing.length === 0) return
    const made = [...where.made, ...missing.filter(path => !where.made.includes(path))]
    await writing(db, waiting, () => notePlace(db, { ...where, made }))
    for (const path of missing) mkdirSync(path, { mode: 0o700, recursive: true })
    sync(dirname(missing[0]!))
  })
}
