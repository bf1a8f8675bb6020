/** Takes an export back: its files go as long as they are what it wrote, and those that it replaced come back; runs in a thread. */
import { copyFileSync, existsSync, linkSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder, sync } from '../../home/home.ts'
import { allFiles, type ExportedFile, exportFigures, placeOfExport } from '../../ledger/in-file/exported.ts'
import { fenceOffInFile, getFileRun, setFileState } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { RollbackCheck, RolledBack } from '../../model/rollback.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { isSameFile } from '../../stores/sqlite/write/place.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'
import { sha256Of } from './into-place.ts'
import { asidePath, filesPath, withLedger, workFolder } from './place.ts'

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
    const changed = await changedFiles(db, where.folder, progress)
    const token = await writing(db, waiting, () => {
      const row = getFileRun(db, run)!
      if (epoch !== undefined && row.epoch !== epoch && row.state !== 'rolling back') throw takenOver(run)
      return fenceOffInFile(db, run, 'rolling back')
    })
    const outcome = removeFiles({ home, run, db, folder: where.folder, changed, progress })
    rmSync(workFolder(where.folder, run), { recursive: true, force: true })
    for (const folder of where.made.toReversed()) if (isEmpty(folder)) rmdirSync(folder)
    await writing(db, waiting, () => setFileState(db, token, 'rolled back'))
    return outcome
  })
}

interface Removal extends Asked {
  db: Connection
  folder: string
  changed: ReadonlyMap<number, string>
  progress: Progress
}

function removeFiles({ home, run, db, folder, changed, progress }: Removal): RolledBack {
  let removed = 0
  let back = 0
  let rows = 0
  for (const file of allFiles(db)) {
    const path = join(folder, file.file)
    const half = join(workFolder(folder, run), file.file)
    const isOurs = file.state === 'done' || (existsSync(half) && existsSync(path) && isSameFile(half, path))
    if (changed.has(file.no)) continue
    if (isOurs && existsSync(path)) {
      rmSync(path)
      removed++
      for (const n of Object.values(file.rows)) rows += n
    }
    if (putBack(home, run, file, path)) back++
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

/** Whole or not at all, and not over a file that is there. */
function putBack(home: string, run: string, { no, before }: ExportedFile, path: string): boolean {
  const copy = asidePath(home, run, no)
  if (before === undefined || existsSync(path) || !existsSync(copy)) return false
  const half = join(makeFolder(join(dirname(path), `.longhaul-${run}-back`)), String(no))
  copyFileSync(copy, half)
  sync(half)
  linkSync(half, path)
  rmSync(dirname(half), { recursive: true })
  return true
}

/** Files that are not what the run has written, by their number, in words without their names. */
async function changedFiles(
  db: Connection,
  folder: string,
  progress: Progress,
): Promise<Map<number, string>> {
  const changed = new Map<number, string>()
  const { files } = exportFigures(db)
  for (const { no, file, kind, state, sha256 } of allFiles(db)) {
    const path = join(folder, file)
    if (state !== 'done' || !existsSync(path)) continue
    progress({ file: no })
    if ((await sha256Of(path)) === sha256) continue
    const name = kind === 'manifest' ? 'the manifest' : `file ${no} of ${files}`
    changed.set(no, `${name} has been changed since, and stays as it is`)
  }
  return changed
}

/** What a rollback would find. */
export async function checkTakeExportBack({ home, run }: Asked, progress: Progress): Promise<RollbackCheck> {
  const none = { refusals: [], warnings: [], tables: [], more: 0, loses: false }
  if (!existsSync(filesPath(home, run)))
    return { ...none, safe: false, state: '', refusals: ['This host has no record of the files of this run'] }
  return withLedger(home, run, async db => {
    const where = placeOfExport(db)
    const state = where ? (getFileRun(db, run)?.state ?? '') : 'planned'
    const changed = where ? await changedFiles(db, where.folder, progress) : new Map<number, string>()
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
