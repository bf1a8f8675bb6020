/** SQLite as a source: a snapshot file, read only. */
import type { SourceStore } from '../store.ts'
import { bounds } from './bounds.ts'
import { describe } from './describe.ts'
import { descriptionBefore } from './description-before.ts'
import { readingFailure } from './errors.ts'
import { openSnapshot } from './open.ts'
import { read } from './read.ts'
import { readRaw } from './read-raw.ts'
import { scan } from './scan.ts'

/**
 * Opens a snapshot made by `snapshot.ts`. Synchronous: one per thread. Everything it does may throw
 * `Failure('source')` where the file turns out to be damaged.
 */
export function openSqlite(path: string): SourceStore {
  const db = openSnapshot(path)
  return {
    describe: () => naming(path, () => descriptionBefore(db) ?? describe(db)),
    scan: (table, progress, everyDigit) => naming(path, () => scan(db, table, progress, everyDigit)),
    bounds: (table, rows, range) => namingEach(path, () => bounds(db, table, rows, range)),
    read: (table, range) => namingEach(path, () => read(db, table, range)),
    readRaw: (table, range) => {
      const rows = naming(path, () => readRaw(db, table, range))
      return rows && { ...rows, batches: namingEach(path, () => rows.batches) }
    },
    close: () => void db.close(),
  }
}

/** Errors of SQLite get the file's name and a remedy. */
function naming<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw readingFailure(path, error)
  }
}

function* namingEach<T>(path: string, act: () => Iterable<T>): Iterable<T> {
  try {
    yield* act()
  } catch (error) {
    throw readingFailure(path, error)
  }
}
