/**
 * The ledger of a run into a SQLite file: tables of that file, so that an effect and its record are one transaction.
 * They have the names that a ledger has in a schema of PostgreSQL that it shares with others.
 */
import { LEDGER_PREFIX } from '../../model/ledger-names.ts'

/** Version of these tables, written into every run's row. */
export const FILE_LEDGER_VERSION = 1

/** The least that the ledger needs from an open file; a connection of better-sqlite3 has it. */
export interface Db {
  exec(sql: string): unknown
  prepare(sql: string): {
    // biome-ignore lint/suspicious/noExplicitAny: rows are named and typed by each statement's reader
    all(...values: unknown[]): any[]
    // biome-ignore lint/suspicious/noExplicitAny: as above
    get(...values: unknown[]): any
    run(...values: unknown[]): { changes: number }
  }
}

export const FILE_LEDGER_TABLES = [
  'run',
  'step',
  'table_run',
  'chunk',
  'object',
  'before',
  'written',
  'overwritten',
] as const
export type FileLedgerTable = (typeof FILE_LEDGER_TABLES)[number]

export const fileTable = (table: FileLedgerTable): string => `${LEDGER_PREFIX}${table}`

/** Whether a ledger stands in the file, `schema` being `main` or the name of an attached one. */
export function hasLedger(db: Db, table: FileLedgerTable = 'run', schema = 'main'): boolean {
  return isThere(db, fileTable(table), schema)
}

const isThere = (db: Db, name: string, schema: string): boolean =>
  db.prepare(`SELECT 1 FROM ${schema}.sqlite_schema WHERE type = 'table' AND name = ?`).get(name) !==
  undefined

/** Makes what is missing of the ledger, also of one that an earlier version has begun. */
export function createFileLedger(db: Db, schema = 'main'): void {
  for (const table of FILE_LEDGER_TABLES)
    db.exec(`CREATE TABLE IF NOT EXISTS ${schema}.${fileTable(table)} (${COLUMNS[table]}) STRICT`)
  if (!countsSkipped(db, schema))
    db.exec(`ALTER TABLE ${schema}.${fileTable('chunk')} ADD COLUMN ${ROWS_SKIPPED}`)
}

/** Ledgers of earlier versions do not: nothing was skipped then. */
export function countsSkipped(db: Db, schema = 'main'): boolean {
  return (
    db
      .prepare(`SELECT 1 FROM pragma_table_xinfo(?, ?) WHERE name = 'rows_skipped'`)
      .get(fileTable('chunk'), schema) !== undefined
  )
}

const ROWS_SKIPPED = 'rows_skipped  INTEGER NOT NULL DEFAULT 0'

/** Takes the ledger away; of its tables only the history of runs may stay. */
export function dropFileLedger(db: Db, kept: readonly FileLedgerTable[]): void {
  for (const table of FILE_LEDGER_TABLES)
    if (!kept.includes(table)) db.exec(`DROP TABLE IF EXISTS main.${fileTable(table)}`)
}

/** Times are ISO 8601 in UTC with milliseconds. */
export const NOW = `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`

const COLUMNS: Record<FileLedgerTable, string> = {
  run: `
    id            TEXT    PRIMARY KEY NOT NULL,
    version       INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    request_hash  TEXT    NOT NULL,
    plan_hash     TEXT    NOT NULL,
    fingerprint   TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    host          TEXT    NOT NULL,
    home          TEXT    NOT NULL,
    target_tables TEXT    NOT NULL,
    epoch         INTEGER NOT NULL DEFAULT 1,
    taken_at      TEXT    NOT NULL,
    attempt       INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    started_at    TEXT    NOT NULL DEFAULT (${NOW}),
    updated_at    TEXT    NOT NULL DEFAULT (${NOW}),
    ended_at      TEXT,
    verdict       TEXT,
    message       TEXT,
    plan          TEXT`,
  step: `
    run_id        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    started_at    TEXT    NOT NULL DEFAULT (${NOW}),
    ended_at      TEXT,
    detail        TEXT,
    PRIMARY KEY (run_id, name)`,
  table_run: `
    run_id        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    expected      INTEGER NOT NULL,
    chunked       INTEGER NOT NULL DEFAULT 0,
    finished      INTEGER NOT NULL DEFAULT 0,
    skipped       INTEGER NOT NULL DEFAULT 0,
    counted       INTEGER,
    source_digest BLOB,
    target_digest BLOB,
    verdict       TEXT,
    error         TEXT,
    note          TEXT,
    PRIMARY KEY (run_id, name)`,
  chunk: `
    run_id        TEXT    NOT NULL,
    table_name    TEXT    NOT NULL,
    no            INTEGER NOT NULL,
    after_key     TEXT,
    up_to_key     TEXT,
    claimed_at    TEXT,
    done          INTEGER NOT NULL DEFAULT 0,
    done_at       TEXT,
    rows_read     INTEGER NOT NULL DEFAULT 0,
    rows_written  INTEGER NOT NULL DEFAULT 0,
    bytes         INTEGER NOT NULL DEFAULT 0,
    digest        BLOB,
    ${ROWS_SKIPPED},
    PRIMARY KEY (run_id, table_name, no)`,
  object: `
    no            INTEGER PRIMARY KEY,
    run_id        TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    table_name    TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    undo          TEXT    NOT NULL,
    done          INTEGER NOT NULL DEFAULT 0,
    error         TEXT,
    UNIQUE (run_id, kind, table_name, name)`,
  before: `
    run_id        TEXT    NOT NULL,
    table_name    TEXT    NOT NULL,
    rows          INTEGER NOT NULL,
    digest        BLOB,
    last_row      INTEGER,
    PRIMARY KEY (run_id, table_name)`,
  // Numbers of rows that the run has added to tables of others, from the first to the last of each stretch.
  written: `
    run_id        TEXT    NOT NULL,
    table_name    TEXT    NOT NULL,
    first_row     INTEGER NOT NULL,
    last_row      INTEGER NOT NULL,
    PRIMARY KEY (run_id, table_name, first_row)`,
  // Rows that it has changed, as the literals that they held; those that it has added have none, and stand here where they have no
  // numbers. A row is its number, or the literals of its key.
  overwritten: `
    run_id        TEXT    NOT NULL,
    table_name    TEXT    NOT NULL,
    row           TEXT    NOT NULL,
    old           TEXT,
    PRIMARY KEY (run_id, table_name, row)`,
}
