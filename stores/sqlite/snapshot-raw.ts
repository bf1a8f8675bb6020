/** Copies of database files that nobody writes meanwhile, byte by byte. */

import { chmodSync, closeSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { runChild } from './child.ts'
import type { SnapshotOptions } from './snapshot.ts'
import type { Side, SourceFiles } from './source-files.ts'

/**
 * Bytes that are read and written at once: they stay in the processor's cache. 700 MB take 0.3 s of CPU so, in pieces
 * of 1 MB 0.5, with sendfile 0.7, and SQLite's backup takes 0.95.
 */
const PIECE = 64 * 1024

/** Shares the pages where the file system can. */
const COPY = `
  const { constants, copyFileSync, openSync, readSync, writeSync } = require('node:fs')
  const [from, to] = process.argv.slice(1)
  const copy = () => {
    const [source, target] = [openSync(from, 'r'), openSync(to, 'w', 0o600)]
    const piece = Buffer.allocUnsafeSlow(${PIECE})
    for (let bytes; (bytes = readSync(source, piece)) > 0; )
      for (let at = 0; at < bytes; ) at += writeSync(target, piece, at, bytes - at)
  }
  try { copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE) } catch { copy() }`

/** What SQLite needs to bring a copy into order. The -shm is made anew from the -wal. */
const NEEDED: Side[] = ['-wal', '-journal']

/** Copies a database and what is needed to recover it. Returns whether there is something to recover. */
export async function copyRaw(
  files: SourceFiles,
  copy: string,
  progress: SnapshotOptions['progress'],
  signal: AbortSignal,
): Promise<boolean> {
  const sides = NEEDED.filter(side => files.sides.includes(side))
  await copyFile(files.path, copy, { progress, signal })
  for (const side of sides) await copyFile(files.path + side, copy + side, { progress, signal })
  return sides.length > 0
}

/** Copies one file, in another process: closing it here would drop all locks that SQLite has on it. */
export async function copyFile(
  from: string,
  to: string,
  { progress, signal }: Pick<SnapshotOptions, 'progress' | 'signal'>,
): Promise<void> {
  const total = statSync(from).size
  const watch = setInterval(() => {
    progress({ bytes: statSync(to, { throwIfNoEntry: false })?.size ?? 0, total })
  }, 250)
  try {
    await runChild(COPY, [from, to], signal)
  } finally {
    clearInterval(watch)
  }
  // A file that shares its pages has the mode of the source, which may be closed to writing.
  chmodSync(to, 0o600)
  progress({ bytes: total, total })
}

/** Lets SQLite roll a journal back, or a log forward, in our copy. */
export function recover(copy: string): void {
  const db = new Database(copy)
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    db.pragma('journal_mode = DELETE')
  } finally {
    db.close()
  }
}

/** Where the file format's read and write versions stand: 1 is rollback journal, 2 is WAL. */
const VERSIONS = 18

/** A copied header may still say WAL, and then whoever opens the copy puts side files beside it. */
export function useRollbackJournal(copy: string): void {
  const file = openSync(copy, 'r+')
  try {
    const versions = new Uint8Array(2)
    readSync(file, versions, 0, 2, VERSIONS)
    if (versions.includes(2)) writeSync(file, new Uint8Array([1, 1]), 0, 2, VERSIONS)
  } finally {
    closeSync(file)
  }
}
