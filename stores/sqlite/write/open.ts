/** Opens the file that a run writes. */
import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Connection } from '../open.ts'
import { writingFailure } from './errors.ts'

/** Makes the file of a new database, closed to others from the first moment. Does nothing where it is there. */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw writingFailure(path, error)
  }
}

/**
 * Kilobytes of pages in memory. 2 million rows (700 MB) in the order of their keys, then 19 indexes: 7.1 s of CPU and 180 MB resident, with four
 * times as much 8.4 s and 280 MB, as what sorts an index then leaves the processor's cache.
 */
const CACHE_KB = 16_000

/**
 * A connection that writes. Foreign keys are not enforced: a child may come before its parent, and all are checked at the end. Waits for
 * nobody: `writing` does. The journal stays what it is: of a new file it holds next to nothing, as pages are only appended (copying
 * takes 5.8 s so, 6.3 with a WAL). Throws as `writingFailure` says.
 */
export function openToWrite(path: string): Connection {
  let db: Connection | undefined
  try {
    db = new Database(path, { fileMustExist: true, timeout: 0 })
    db.pragma('trusted_schema = OFF')
    db.pragma('foreign_keys = OFF')
    db.pragma(`cache_size = -${CACHE_KB}`)
    db.pragma('mmap_size = 0')
    // Another thread sorts beside: an index over 1.2 million rows takes a fifth less.
    db.pragma('threads = 1')
    return db
  } catch (error) {
    db?.close()
    throw writingFailure(path, error)
  }
}
