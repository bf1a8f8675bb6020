/** Opens a snapshot: a SQLite file of our own that nobody writes. */
import Database from 'better-sqlite3'
import { readingFailure, refuseNonFile } from './errors.ts'

export type Connection = Database.Database

/**
 * Opens a snapshot read-only. Never a user's file: a WAL database gets `-wal` and `-shm` beside it by being
 * opened. Throws `Failure('source')` for what is missing, no SQLite file, empty, damaged, locked or closed
 * to us.
 */
export function openSnapshot(path: string): Connection {
  refuseNonFile(path)
  let db: Connection | undefined
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 1000 })
    harden(db)
    // Opening reads nothing; this reads the header and the whole schema.
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db?.close()
    throw readingFailure(path, error)
  }
}

/** No functions run from the schema of a hostile file, and damaged cells are noticed. */
function harden(db: Connection): void {
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
  db.pragma('query_only = ON')
  // A mapped file is no faster here (0.70 s against 0.66 s for 1.5 million rows) and counts as resident
  // memory (+200 MB for a 200 MB file); nor is a cache above 2 MB, as every page is read once.
  db.pragma('mmap_size = 0')
  db.pragma('cache_size = -4000')
  db.pragma('temp_store = FILE')
}
