/** Takes an export back: its files go as long as they are what it wrote, and those that it replaced come back; runs in a thread. */
import { copyFileSync, existsSync, linkSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, sync } from '../../home/home.ts'
import { allFiles, type ExportedFile, exportFigures, placeOfExport } from '../../ledger/in-file/exported.ts'
import { fenceOffInFile, getFileRun, setFileState } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { RollbackCheck, RolledBack } from '../../model/rollback.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'
import { sha256Of } from './into-place.ts'
import { asidePath, filesPath, isUnrecorded, withLedger, workFolder } from './place.ts'

interface Asked {
  home: string
  run: string
}

export interface TakeBackExportInput extends Asked {
  /** The epoch of the one who gives up: whoever has taken the run over since keeps it. */
  epoch?: string
}

/** Undefined where nothing of the run is there. Files that others have changed stay as they are. */
export async function takeExportBack(
  { home, run, epoch }: TakeBackExportInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<RolledBack | undefined> {
  if (!existsSync(filesPath(home, run))) return undefined
  const waiting = { waits: () => progress('waits for the ledger'), signal }
  return withLedger(home, run, async db => {
    const where = placeOfExport(db)
    if (!where) return undefined
    const { changed, restored } = await lookAtFiles(db, allFiles(db), where.folder, progress)
    const token = await writing(db, waiting, () => {
      const row = getFileRun(db, run)!
      if (epoch !== undefined && row.epoch !== epoch && row.state !== 'rolling back') throw takenOver(run)
      return fenceOffInFile(db, run, 'rolling back')
    })
    const outcome = removeFiles({ home, run, db, folder: where.folder, changed, restored, progress })
    for (const left of [workFolder(where.folder, run), backFolder(where.folder, run)])
      rmSync(left, { recursive: true, force: true })
    for (const folder of where.made.toReversed()) if (isEmpty(folder)) rmdirSync(folder)
    await writing(db, waiting, () => setFileState(db, token, 'rolled back'))
    return outcome
  })
}

interface Removal extends Asked, Looked {
  db: Connection
  folder: string
  progress: Progress
}

function removeFiles({ home, run, db, folder, changed, restored, progress }: Removal): RolledBack {
  let removed = 0
  let back = 0
  let rows = 0
  for (const file of allFiles(db)) {
    const path = join(folder, file.file)
    const isOurs = file.state === 'done' || isUnrecorded(folder, run, file.file)
    if (restored.has(file.no)) back++
    if (changed.has(file.no) || restored.has(file.no)) continue
    if (isOurs && existsSync(path)) {
      rmSync(path)
      removed++
      for (const n of Object.values(file.rows)) rows += n
    }
    if (putBack({ home, run, folder }, file)) back++
    progress({ file: file.no })
  }
  if (existsSync(folder)) sync(folder)
  const verified = [
    `${removed} file(s) were what the run had written, and are removed`,
    ...(back > 0 ? [`${back} file(s) that it had replaced are in their places again`] : []),
  ]
  const differences = [...changed.values()].slice(0, MOST_TOLD)
  return { undone: removed, rows, verified, differences }
}

const MOST_TOLD = 100

/** Files that come back are made in here. */
export const backFolder = (folder: string, run: string): string => join(folder, `.longhaul-${run}-back`)

/** Whole or not at all, and not over a file that is there. */
export function putBack(
  { home, run, folder }: Asked & { folder: string },
  { no, file, before }: ExportedFile,
): boolean {
  const path = join(folder, file)
  const copy = asidePath(home, run, no)
  if (before === undefined || existsSync(path) || !existsSync(copy)) return false
  const half = join(makeFolder(backFolder(folder, run)), String(no))
  copyFileSync(copy, half)
  sync(half)
  linkSync(half, path)
  rmSync(half)
  return true
}

interface Looked {
  /** Files that are not what the run has written, by their number, in words without their names. */
  changed: ReadonlyMap<number, string>
  /** The numbers of those that a rollback before, which was killed, has put back. */
  restored: ReadonlySet<number>
}

/** Each file is read. */
export async function lookAtFiles(
  db: Connection,
  files: Iterable<ExportedFile>,
  folder: string,
  progress: Progress,
): Promise<Looked> {
  const restored = new Set<number>()
  const changed = new Map<number, string>()
  const all = exportFigures(db).files
  for (const { no, file, kind, state, sha256, before } of files) {
    const path = join(folder, file)
    if (state !== 'done' || !existsSync(path)) continue
    progress({ file: no })
    const found = await sha256Of(path)
    if (found === sha256) continue
    if (found === before) {
      restored.add(no)
      continue
    }
    const name = kind === 'manifest' ? 'the manifest' : `file ${no} of ${all}`
    changed.set(no, `${name} has been changed since, and stays as it is`)
  }
  return { changed, restored }
}

/** What a rollback would find. */
export async function checkTakeExportBack({ home, run }: Asked, progress: Progress): Promise<RollbackCheck> {
  const none = { refusals: [], warnings: [], tables: [], more: 0, loses: false }
  if (!existsSync(filesPath(home, run)))
    return { ...none, safe: false, state: '', refusals: ['This host has no record of the files of this run'] }
  return withLedger(home, run, async db => {
    const where = placeOfExport(db)
    const state = where ? (getFileRun(db, run)?.state ?? '') : 'planned'
    const changed = where
      ? (await lookAtFiles(db, allFiles(db), where.folder, progress)).changed
      : new Map<number, string>()
    return {
      ...none,
      ...{ safe: true, state },
      warnings: [...changed.values()].slice(0, MOST_TOLD),
    }
  })
}

const isEmpty = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length === 0

const takenOver = (run: string) =>
  new Failure({
    code: 'fenced',
    object: `run ${run}`,
    message: 'was taken over by another execution, so it is not taken back from here',
  })
