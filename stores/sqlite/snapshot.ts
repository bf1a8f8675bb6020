/**
 * A snapshot of a SQLite database that others may be using: a faithful copy of its pages (row numbers are
 * what they were; but see make-readable.ts), in rollback-journal mode. The source and its side files stay as they are.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sync } from '../../home/home.ts'
import { codeOf, locked, readingFailure } from './errors.ts'
import { makeReadable } from './make-readable.ts'
import { backUpOnline } from './snapshot-online.ts'
import { copyRaw, recover, useRollbackJournal } from './snapshot-raw.ts'
import { lookAt, type SourceFiles } from './source-files.ts'
import { noSpace, refuseWithoutSpace } from './space.ts'

export { checkFile } from './check.ts'

export interface SnapshotOptions {
  /** Hears of bytes done and of all. */
  progress: (detail: SnapshotProgress) => void
  signal: AbortSignal
  /** How long to wait for a writer. */
  busyTimeoutMs: number
}

export interface SnapshotProgress {
  bytes: number
  total: number
}

/** How a snapshot was taken, for the report. */
export type SnapshotWay = 'online backup' | 'file copy' | 'file copy, recovered'

/**
 * Writes a snapshot of `source` to `dest` (0600), which appears when it is whole and on disk. Blocks the
 * thread for parts of a second. Throws `Failure('source')` where the source cannot be read or stays locked,
 * `Failure('space')` where the disk is too small; then nothing is left at `dest`. `mark` is the source's `content` as it
 * was before: what is written meanwhile may be in the snapshot, and is told as a change all the same.
 */
export async function snapshot(
  source: string,
  dest: string,
  options: SnapshotOptions,
): Promise<{ bytes: number; how: SnapshotWay; mark: string }> {
  const deadline = Date.now() + options.busyTimeoutMs
  const folder = dirname(resolve(dest))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const workplace = mkdtempSync(join(folder, WORKPLACE))
  const copy = join(workplace, 'copy.db')
  try {
    for (;;) {
      const files = await lookAt(source, options.signal)
      const how = await attempt(source, files, copy, deadline, options)
      options.signal.throwIfAborted()
      if (how) {
        await makeReadable(source, copy, options.signal)
        publish(copy, dest)
        return { bytes: statSync(dest).size, how, mark: files.content }
      }
      if (Date.now() > deadline) throw locked(source, options.busyTimeoutMs)
      await sleep(20, undefined, { signal: options.signal })
    }
  } catch (error) {
    options.signal.throwIfAborted()
    throw isFull(error) ? noSpace(folder, statSync(source).size) : readingFailure(source, error)
  } finally {
    rmSync(workplace, { recursive: true, force: true })
  }
}

/** Beside the snapshot, so that publishing it is a rename. */
const WORKPLACE = '.snapshot-'

/** Deletes what attempts at a snapshot left in a folder when they were killed. An attempt that lives fails. */
export function forgetAttempts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(WORKPLACE)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** Undefined where somebody wrote to the source in the middle of it. */
async function attempt(
  source: string,
  files: SourceFiles,
  copy: string,
  deadline: number,
  options: SnapshotOptions,
): Promise<SnapshotWay | undefined> {
  for (const side of ['', '-journal', '-wal', '-shm']) rmSync(copy + side, { force: true })
  refuseWithoutSpace(dirname(dirname(copy)), files.bytes)
  if (!canOpen(files)) return await copyAtRest(source, files, copy, options)
  try {
    await backUpOnline(files.path, copy, deadline, options)
    useRollbackJournal(copy)
    return 'online backup'
  } catch (error) {
    // A hot journal, or side files that only their owner may write: SQLite cannot open it without writing.
    if (!/^SQLITE_(READONLY|CANTOPEN)/.test(codeOf(error))) throw error
    return await copyAtRest(source, files, copy, options)
  }
}

/** SQLite would make the side files of a WAL database that nobody has open. */
const canOpen = ({ wal, sides }: SourceFiles): boolean =>
  !wal || (sides.includes('-wal') && sides.includes('-shm'))

/** Times of files are that coarse: a write that soon after the last would not show. */
const TICK_MS = 50

/** Copies the files that nobody seems to use, and makes sure afterwards that nobody did. */
async function copyAtRest(
  source: string,
  files: SourceFiles,
  copy: string,
  { progress, signal }: SnapshotOptions,
): Promise<SnapshotWay | undefined> {
  if (Math.abs(Date.now() - files.changedAt) < TICK_MS) await sleep(TICK_MS, undefined, { signal })
  const recovered = await copyRaw(files, copy, progress, signal)
  const after = await lookAt(source, signal)
  if (after.mark !== files.mark) return undefined
  if (recovered) recover(copy)
  else useRollbackJournal(copy)
  return recovered ? 'file copy, recovered' : 'file copy'
}

function publish(copy: string, dest: string): void {
  chmodSync(copy, 0o600)
  sync(copy)
  // What an earlier file of this name left would be taken for this one's.
  for (const side of ['-journal', '-wal', '-shm']) rmSync(dest + side, { force: true })
  renameSync(copy, dest)
  sync(dirname(resolve(dest)))
}

const isFull = (error: unknown): boolean => ['SQLITE_FULL', 'ENOSPC'].includes(codeOf(error))
