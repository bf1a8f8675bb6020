/** Where the pieces of an export lie, and how its ledger is opened; for jobs in threads. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runFolder } from '../../home/home.ts'
import {
  type ExportPlace,
  type FileLayout,
  layoutOfExport,
  placeOfExport,
} from '../../ledger/in-file/exported.ts'
import { fileTables } from '../../ledger/in-file/reader.ts'
import { getFilePlan } from '../../ledger/in-file/runs.ts'
import { ledgerGone, type RunToken } from '../../ledger/runs.ts'
import type { FilesEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { type Contents, contentsOf } from '../../model/into-files/contents.ts'
import type { RunPlace } from '../../model/payloads.ts'
import type { Plan } from '../../model/plan.ts'
import type { Table } from '../../model/schema.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { openToWrite } from '../../stores/sqlite/write/open.ts'
import { isSameFile } from '../../stores/sqlite/write/place.ts'
import type { Waiting } from '../../stores/sqlite/write/transaction.ts'
import { readArtifact } from '../artifacts.ts'
import type { Progress } from '../progress.ts'

export type ExportRunPlace = RunPlace<FilesEndpoint>

/** The files of the plan, and once the run is registered its ledger. */
export const filesPath = (home: string, run: string): string => join(runFolder(run, home), 'files.db')

/** Which rows belong to which file, where there is a file for each row of a table. */
export const ownersPath = (home: string, run: string): string => join(runFolder(run, home), 'owners.db')

/** A file of others that had the name of one of ours. */
export const asidePath = (home: string, run: string, no: number): string =>
  join(runFolder(run, home), 'aside', String(no))

/** Files are written in here, in the folder that they go to, until they are whole; each epoch has a folder of its own in it. */
export const workFolder = (folder: string, run: string): string => join(folder, `.longhaul-${run}`)

/** Those of the epochs of a run so far. */
export function epochFolders(folder: string, run: string): string[] {
  const work = workFolder(folder, run)
  if (!existsSync(work)) return []
  return readdirSync(work, { withFileTypes: true }).flatMap(entry =>
    entry.isDirectory() ? [join(work, entry.name)] : [],
  )
}

/** What the epochs of a run have left of a file that is not recorded. */
export const halvesOf = (folder: string, run: string, file: string): string[] =>
  epochFolders(folder, run)
    .map(own => join(own, file))
    .filter(half => existsSync(half))

/** The run has given it its name, and was killed before its record. */
export function isUnrecorded(folder: string, run: string, file: string): boolean {
  const path = join(folder, file)
  return halvesOf(folder, run, file).some(half => isSameFile(half, path))
}

export interface Export {
  home: string
  db: Connection
  plan: Plan
  token: RunToken
  where: ExportPlace
  target: FilesEndpoint
  layout: FileLayout
  /** Tables that are written, in the order of the source, with those that an operator has left out since. */
  chosen: Table[]
  /** Without these. */
  contents: Contents
  /** When the source was read, ISO 8601. */
  takenAt: string
  waiting: Waiting
}

export interface ExportInput {
  home: string
  place: ExportRunPlace
}

/** Opens the ledger of a run, or the list of its files, and closes it after the work; errors of the disk get their names. */
export async function withLedger<T>(
  home: string,
  run: string,
  work: (db: Connection) => Promise<T>,
): Promise<T> {
  const path = filesPath(home, run)
  const db = openToWrite(path)
  try {
    return await work(db)
  } catch (error) {
    throw error instanceof Failure ? error : writingFailure(path, error)
  } finally {
    db.close()
  }
}

/** The same with all that the plan says. Fails with `target-replaced` without it. */
export async function withExport<T>(
  { home, place: { run, epoch, target } }: ExportInput,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
  work: (opened: Export) => Promise<T>,
): Promise<T> {
  if (!existsSync(filesPath(home, run))) throw ledgerGone(run)
  return withLedger(home, run, async db => {
    const plan = getFilePlan(db, run)
    const where = plan && placeOfExport(db)
    if (!plan || !where) throw ledgerGone(run)
    const { schema, tables, takenAt } = readArtifact(home, run, 'assessment')
    const layout = layoutOfExport(db)
    const chosen = schema.tables.filter(({ name }) => layout.tables.includes(name))
    const skipped = new Set(
      fileTables(db, run).flatMap(({ name, state }) => (state === 'skipped' ? [name] : [])),
    )
    return work({
      ...{ home, db, plan, where, target, layout, chosen, takenAt },
      token: { run, epoch },
      contents: contentsOf(
        schema,
        chosen.filter(({ name }) => !skipped.has(name)),
        tables,
      ),
      waiting: { waits: () => progress('waits for the ledger'), signal },
    })
  })
}
