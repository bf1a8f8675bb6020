/**
 * The end of a run in its file: how it ended is written into the ledger, the ledger goes into the run's folder, and a new
 * database that is whole moves into its place. Runs in a thread; each part finds out what an attempt before has done.
 */
import { existsSync, linkSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { sync, writePrivate } from '../../home/home.ts'
import { fileObjects } from '../../ledger/in-file/objects.ts'
import { fileTables, fileVerdictDigests } from '../../ledger/in-file/reader.ts'
import { keepAsHistory, setFileState, setFileStep } from '../../ledger/in-file/runs.ts'
import {
  createFileLedger,
  dropFileLedger,
  FILE_LEDGER_TABLES,
  fileTable,
  hasLedger,
} from '../../ledger/in-file/schema.ts'
import { Failure, type FailureFacts, sentence } from '../../model/failure.ts'
import type { ReportTable } from '../../model/report/document.ts'
import { type RunResult, type StepProgress, UNFINISHED, type Verdict } from '../../model/run.ts'
import { Digest } from '../../stores/digest/digest.ts'
import { fileObject } from '../../stores/sqlite/errors.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { openToWrite } from '../../stores/sqlite/write/open.ts'
import { fileOfRun, isSameFile, workPath } from '../../stores/sqlite/write/place.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'
import type { Closed } from '../report.ts'
import type { FilePlace } from './file.ts'
import { ledgerCopy, type Placed, placedPath } from './placed.ts'

export interface CloseInput {
  home: string
  place: FilePlace
  result: RunResult
  steps: StepProgress[]
  failure?: FailureFacts
}

/** Gives what the ledger says at the end; undefined where there is none. */
export async function closeFile(
  input: CloseInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<Closed | undefined> {
  const { home, place, result } = input
  const { run, target } = place
  const waiting = { waits: () => progress('waits for the lock of the file'), signal }
  const path = fileOfRun(target.path, run)
  try {
    if (!UNFINISHED.includes(result.state)) mustBeFree(workPath(target.path, run), target.path)
    if (existsSync(path)) await settle(path, input, waiting)
    if (UNFINISHED.includes(result.state)) return existsSync(path) ? readClosed(path, run) : undefined
    if (!existsSync(ledgerCopy(home, run))) return undefined
    moveIntoPlace(home, run, target.path)
    return readClosed(ledgerCopy(home, run), run)
  } catch (error) {
    throw writingFailure(path, error)
  }
}

type Waiting = Parameters<typeof writing>[1]

async function settle(
  path: string,
  { home, place, result, steps, failure }: CloseInput,
  waiting: Waiting,
): Promise<void> {
  const { run } = place
  const db = openToWrite(path)
  try {
    // What an attempt before has settled, or somebody has put in its place.
    if (!hasLedger(db) || !hasLedger(db, 'chunk')) return
    await writing(db, waiting, () => {
      for (const { name, state, detail } of steps)
        setFileStep(db, run, name, name === 'report' ? 'done' : state, detail)
      setFileState(db, place, result.state, {
        verdict: result.verdict,
        ...(failure && { message: sentence(failure) }),
      })
    })
    if (UNFINISHED.includes(result.state)) return
    copyLedger(db, ledgerCopy(home, run))
    await writing(db, waiting, () => {
      keepAsHistory(db, run)
      dropFileLedger(db, ['run'])
    })
  } finally {
    db.close()
  }
}

/** Its name shows it whole or not. */
function copyLedger(db: Connection, path: string): void {
  const half = `${path}.half`
  rmSync(half, { force: true })
  new Database(half).close()
  db.prepare('ATTACH ? AS copy').run(half)
  try {
    // Of a run that an earlier version has begun.
    createFileLedger(db)
    createFileLedger(db, 'copy')
    for (const table of FILE_LEDGER_TABLES)
      db.exec(`INSERT INTO copy.${fileTable(table)} SELECT * FROM main.${fileTable(table)}`)
  } finally {
    db.exec('DETACH copy')
  }
  sync(half)
  renameSync(half, path)
}

/**
 * One step, and never over a file that has come there meanwhile: a link fails where there is one. An attempt that was killed after it
 * has left both names of one file.
 */
function moveIntoPlace(home: string, run: string, path: string): void {
  const own = workPath(path, run)
  if (!existsSync(own)) return
  wholeInOneFile(own)
  sync(own)
  if (!isSameFile(own, path)) link(own, path)
  const { ino, size, mtimeMs } = statSync(own)
  writePrivate(placedPath(home, run), JSON.stringify({ path, ino, size, mtimeMs } satisfies Placed))
  unlinkSync(own)
  sync(dirname(path))
}

/** While the run can still go on: its ledger is in its own file until all else is done. */
function mustBeFree(own: string, path: string): void {
  if (existsSync(own) && existsSync(path) && !isSameFile(own, path)) throw taken(own, path)
}

function link(own: string, path: string): void {
  try {
    linkSync(own, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw taken(own, path)
  }
}

const taken = (own: string, path: string) =>
  new Failure({
    code: 'object',
    object: fileObject(path),
    message: `somebody has put a file there since the run began; the new database is whole, and stays at ${own}`,
    remedy:
      'Move that file away and run the same command again, or take the run back with "longhaul rollback"',
  })

/** Nothing of it stands in a file beside it. */
function wholeInOneFile(path: string): void {
  const db = openToWrite(path)
  try {
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.pragma('journal_mode = DELETE')
  } finally {
    db.close()
  }
}

/** What the ledger of a run in a file, or of an export, says at the end. */
export function readClosed(path: string, run: string): Closed {
  const db = new Database(path, { readonly: true })
  try {
    const rows = fileTables(db, run)
    const digests = fileVerdictDigests(db, run)
    const hex = (bytes: Uint8Array | null | undefined) => (bytes ? Digest.fromBytes(bytes).hex : '')
    const tables = rows.map(
      ({ startedAt, endedAt, ...row }): ReportTable => ({
        ...row,
        target: 'main',
        counted: row.counted ?? 0,
        sourceDigest: hex(digests.get(row.name)?.source),
        targetDigest: hex(digests.get(row.name)?.target),
        verdict: (row.verdict ?? 'not checked') as Verdict,
        seconds: startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1000 : 0,
        ...(startedAt && { startedAt: startedAt.toISOString() }),
        ...(endedAt && { endedAt: endedAt.toISOString() }),
      }),
    )
    const skippedTables = rows.flatMap(({ name, state }) => (state === 'skipped' ? [name] : []))
    return { tables, skippedTables, objects: fileObjects(db, run), aside: {} }
  } finally {
    db.close()
  }
}
