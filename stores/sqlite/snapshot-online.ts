/** A snapshot through SQLite, beside whoever else has the database open. */

import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { codeOf, locked } from './errors.ts'
import type { Connection } from './open.ts'
import type { SnapshotOptions } from './snapshot.ts'
import { copyFile } from './snapshot-raw.ts'

/** The thread hears of a cancellation that often while a writer holds the database. */
const SLICE_MS = 200
/** Pages of one step; from 1,000 on it makes no difference: 0.4 s for 200 MB, VACUUM INTO 0.55 s. */
const STEP_PAGES = 4096

/**
 * Copies the pages of a database as of one moment. Throws SQLite's own errors, and `Failure('source')` where
 * it is locked until `deadline`.
 */
export async function backUpOnline(
  source: string,
  copy: string,
  deadline: number,
  options: SnapshotOptions,
): Promise<void> {
  const db = await openReading(source, deadline, options)
  try {
    // Without a log who writes has to wait until nobody reads: the file stays as it is.
    if (db.pragma('journal_mode', { simple: true }) === 'wal') await backUp(db, copy, options)
    else await copyFile(source, copy, options)
    options.signal.throwIfAborted()
  } finally {
    db.close()
  }
}

async function backUp(db: Connection, copy: string, { signal, progress }: SnapshotOptions): Promise<void> {
  const pageSize = Number(db.pragma('page_size', { simple: true }))
  const { totalPages: pages } = await db.backup(copy, {
    progress: ({ totalPages, remainingPages }) => {
      signal.throwIfAborted()
      progress({ bytes: (totalPages - remainingPages) * pageSize, total: totalPages * pageSize })
      return STEP_PAGES
    },
  })
  progress({ bytes: pages * pageSize, total: pages * pageSize })
}

/** A connection in a read transaction: without it, each write of others begins the backup anew. */
async function openReading(
  source: string,
  deadline: number,
  { signal, busyTimeoutMs, progress }: SnapshotOptions,
): Promise<Connection> {
  for (;;) {
    signal.throwIfAborted()
    const db = new Database(source, { readonly: true, fileMustExist: true, timeout: SLICE_MS })
    try {
      db.pragma('trusted_schema = OFF')
      db.exec('BEGIN')
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      return db
    } catch (error) {
      db.close()
      if (!/^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))) throw error
      if (Date.now() >= deadline) throw locked(source, busyTimeoutMs)
      // Who waits says so, or is taken for dead.
      progress({ bytes: 0, total: 0 })
    }
    await sleep(1, undefined, { signal })
  }
}
