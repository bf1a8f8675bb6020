/**
 * The stage of a run: a SQLite database in its folder with the rows of its source as they are, and beside them longhaul's own records of
 * files, of what their cells are, and of rows that were not taken.
 */

import { chmodSync } from 'node:fs'
import Database from 'better-sqlite3'
import { isLedgerTable } from '../../model/ledger-names.ts'
import { foldName } from '../../model/sqlite-sql/names.ts'
import type { Connection } from '../sqlite/open.ts'

/**
 * `longhaul_file`: one row a file, written in the transaction of its rows; `done`, `failed`, or `earlier` where
 * another run has read it.
 * `longhaul_found`: what the cells of a column are, by file (`model/files/tally.ts`); NULL: told
 * by a manifest.
 * `longhaul_place`: where rows stood: row numbers from `first` on, one after the other, at places from `place` on.
 * `longhaul_rejected`: `at` says when: `read` from a file, or made into the `image`; `source` and `row` name the row of the stage, where
 * it came so far, else `raw` has what stood in the file; `part` the entry of a mapping that did not take it.
 * `longhaul_again`: of a run that takes rows again: which of them are to go into which table of the target, by which entry of a mapping; into
 * others, and by others, they may have gone before. Empty in all other runs.
 * `longhaul_manifest`: what longhaul itself wrote beside the files, where it did.
 */
const OWN = {
  longhaul_file: `no INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, state TEXT NOT NULL, rows INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, sha256 TEXT, code TEXT, message TEXT, remedy TEXT, notes TEXT`,
  longhaul_found: `no INTEGER PRIMARY KEY, file INTEGER NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, tally TEXT`,
  longhaul_place: `source TEXT NOT NULL, first INTEGER NOT NULL, file INTEGER NOT NULL, place INTEGER NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (source, first)`,
  longhaul_rejected: `no INTEGER PRIMARY KEY, at TEXT NOT NULL, "table" TEXT NOT NULL, source TEXT, row INTEGER, file TEXT,
    place INTEGER, key TEXT, rule TEXT NOT NULL, reason TEXT NOT NULL, raw TEXT, part TEXT`,
  longhaul_again: `"table" TEXT NOT NULL, source TEXT NOT NULL, row INTEGER NOT NULL, part TEXT`,
  longhaul_manifest: `content TEXT NOT NULL`,
} as const

/** Opens a stage for writing, and makes what it lacks of its own tables (and the file itself, 0600). */
export function openStageFile(path: string): Connection {
  const db = new Database(path, { timeout: 2000 })
  chmodSync(path, 0o600)
  db.pragma('journal_mode = DELETE')
  db.pragma('synchronous = FULL')
  db.pragma('temp_store = FILE')
  db.pragma('foreign_keys = OFF')
  db.transaction(() => {
    for (const [name, columns] of Object.entries(OWN))
      db.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns})`)
  })()
  return db
}

/** Whether a table of a stage is longhaul's own: a record of this file, or of the run that fetched its rows. */
export const isOwnTable = (name: string): boolean => Object.hasOwn(OWN, foldName(name)) || isLedgerTable(name)
