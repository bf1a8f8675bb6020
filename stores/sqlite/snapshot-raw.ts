/** Copies of database files that nobody has open, byte by byte. */

import { chmodSync, closeSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import Database from 'better-sqlite3'
import { runChild } from './child.ts'
import type { SnapshotOptions } from './snapshot.ts'
import type { Side, SourceFiles } from './source-files.ts'

const COPY = `
  const { copyFileSync, constants } = require('node:fs')
  const [from, to] = process.argv.slice(1)
  copyFileSync(from, to, constants.COPYFILE_FICLONE)`

/** What SQLite needs to bring a copy into order. The -shm is made anew from the -wal. */
const NEEDED: Side[] = ['-wal', '-journal']

/** Copies a database and what is needed to recover it. Returns whether there is something to recover. */
export async function copyRaw(
  files: SourceFiles,
  copy: string,
  progress: SnapshotOptions['progress'],
  signal: AbortSignal,
): Promise<boolean> {
  const watch = setInterval(() => {
    const bytes = statSync(copy, { throwIfNoEntry: false })?.size ?? 0
    progress({ bytes, total: files.bytes })
  }, 250)
  const sides = NEEDED.filter(side => files.sides.includes(side))
  try {
    await runChild(COPY, [files.path, copy], signal)
    for (const side of sides) await runChild(COPY, [files.path + side, copy + side], signal)
  } finally {
    clearInterval(watch)
  }
  // Copies inherit the mode, and the source may be closed to writing.
  for (const side of ['', ...sides]) chmodSync(copy + side, 0o600)
  progress({ bytes: files.bytes, total: files.bytes })
  return sides.length > 0
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
