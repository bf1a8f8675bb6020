/**
 * The files of an export, in a ledger of its own: a database in the run's folder, since files hold no records. What is there before
 * the run is registered is its plan alone.
 */
import type { Layout } from '../../model/into-files/layout.ts'
import type { RunToken } from '../runs.ts'
import { mustBeOurs } from './runs.ts'
import { type Db, fileTable, NOW } from './schema.ts'

/** `tables`: these tables as a whole · `entity`: rows that belong to one row · `rest`: rows that belong to none · `manifest`. */
export type ExportKind = 'tables' | 'entity' | 'rest' | 'manifest'

export interface PlannedFile {
  /** Relative to the folder of the export. */
  file: string
  kind: ExportKind
  tables: string[]
  /** Which row, by its number in the database of owners. */
  entity?: bigint
}

export interface ExportedFile extends PlannedFile {
  /** From 1, in the order of writing. */
  no: number
  state: 'open' | 'done' | 'failed'
  /** Why it failed, in words. */
  error?: string
  bytes: number
  /** In hex; of the file that the run has put there. */
  sha256?: string
  /** Rows by table. */
  rows: Record<string, number>
  /** A file of others that had the name, in hex: it is kept aside, and may be replaced as long as it is that one. */
  before?: string
}

/** How files are written and what stands beside them; which ones there are is said by their own rows. */
export interface FileLayout extends Omit<Layout, 'files' | 'refused'> {
  /** Those that are written, in the order of the source. */
  tables: string[]
  /** Only files that failed in an earlier run: tables are compared as far as they go into these. */
  partial?: true
}

/** Where the files go, and how fast. */
export interface ExportPlace {
  /** Absolute. */
  folder: string
  /** Folders that the run has made, the innermost last. */
  made: string[]
  filesPerMinute?: number
}

const FILE = 'longhaul_export_file'
const PLACE = 'longhaul_export'

/** Makes the two tables in a new database, with all files of the plan. */
export function planFiles(db: Db, layout: FileLayout, files: Iterable<PlannedFile>): void {
  db.exec(`
    CREATE TABLE ${FILE} (
      no         INTEGER PRIMARY KEY,
      file       TEXT    NOT NULL UNIQUE,
      kind       TEXT    NOT NULL,
      tables     TEXT    NOT NULL,
      entity     INTEGER,
      state      TEXT    NOT NULL DEFAULT 'open',
      error      TEXT,
      bytes      INTEGER NOT NULL DEFAULT 0,
      sha256     TEXT,
      row_counts TEXT    NOT NULL DEFAULT '{}',
      before     TEXT,
      ended_at   TEXT
    ) STRICT;
    CREATE INDEX ${FILE}_open ON ${FILE} (no) WHERE state = 'open';
    CREATE TABLE ${PLACE} (layout TEXT NOT NULL, place TEXT) STRICT`)
  db.prepare(`INSERT INTO ${PLACE} (layout) VALUES (?)`).run(JSON.stringify(layout))
  const add = db.prepare(`INSERT INTO ${FILE} (file, kind, tables, entity) VALUES (?, ?, ?, ?)`)
  for (const { file, kind, tables, entity } of files)
    add.run(file, kind, JSON.stringify(tables), entity ?? null)
}

export function notePlace(db: Db, place: ExportPlace): void {
  db.prepare(`UPDATE ${PLACE} SET place = ?`).run(JSON.stringify(place))
}

/** Undefined as long as the run is not registered. */
export function placeOfExport(db: Db): ExportPlace | undefined {
  const { place } = db.prepare(`SELECT place FROM ${PLACE}`).get()
  return place === null ? undefined : (JSON.parse(place) as ExportPlace)
}

export const layoutOfExport = (db: Db): FileLayout =>
  JSON.parse(db.prepare(`SELECT layout FROM ${PLACE}`).get().layout)

const COLUMNS = `no, file, kind, tables, CAST(entity AS TEXT) AS entity, state, error, bytes, sha256, row_counts, before`

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
const fileRow = (r: any): ExportedFile => ({
  ...{ no: r.no, file: r.file, kind: r.kind, state: r.state, bytes: r.bytes },
  tables: JSON.parse(r.tables),
  rows: JSON.parse(r.row_counts),
  ...(r.entity !== null && { entity: BigInt(r.entity) }),
  ...(r.error !== null && { error: r.error }),
  ...(r.sha256 !== null && { sha256: r.sha256 }),
  ...(r.before !== null && { before: r.before }),
})

/** All files after the one with this number, up to `most`, in the order of writing. */
export function filesAfter(db: Db, no: number, most = 1000): ExportedFile[] {
  return db
    .prepare(`SELECT ${COLUMNS} FROM ${FILE} WHERE no > ? ORDER BY no LIMIT ?`)
    .all(BigInt(no), BigInt(most))
    .map(fileRow)
}

/** Every file, in the order of writing. */
export function* allFiles(db: Db): Iterable<ExportedFile> {
  for (let files = filesAfter(db, 0); files.length > 0; files = filesAfter(db, files.at(-1)!.no)) yield* files
}

/** The next one that is to be written; the manifest is not. */
export function nextFile(db: Db): ExportedFile | undefined {
  const row = db
    .prepare(`SELECT ${COLUMNS} FROM ${FILE} WHERE state = 'open' AND kind <> 'manifest' ORDER BY no LIMIT 1`)
    .get()
  return row && fileRow(row)
}

export function findManifest(db: Db): ExportedFile | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM ${FILE} WHERE kind = 'manifest'`).get()
  return row && fileRow(row)
}

export interface ExportFigures {
  files: number
  done: number
  failed: number
  /** When the last one was ended, in ms since 1970. */
  lastAt?: number
}

export function exportFigures(db: Db): ExportFigures {
  const row = db
    .prepare(
      `SELECT count(*) AS files, coalesce(sum(state = 'done'), 0) AS done, coalesce(sum(state = 'failed'), 0) AS failed,
              max(ended_at) AS last
         FROM ${FILE} WHERE kind <> 'manifest'`,
    )
    .get()
  const { files, done, failed, last } = row
  return { files, done, failed, ...(last && { lastAt: Date.parse(last) }) }
}

export interface SettledFile {
  bytes: number
  sha256: string
  /** By table. */
  rows: Record<string, { rows: number; digest: Uint8Array }>
  /** When it was begun, ISO 8601. */
  claimedAt: string
}

/** The file is whole and has its name; in the transaction in which it got that. Fails where the run is not ours any more. */
export function settleFile(db: Db, token: RunToken, no: number, settled: SettledFile): void {
  mustBeOurs(db, token)
  const { bytes, sha256, rows, claimedAt } = settled
  const counts = Object.fromEntries(Object.entries(rows).map(([table, { rows }]) => [table, rows]))
  db.prepare(
    `UPDATE ${FILE} SET state = 'done', error = NULL, bytes = ?, sha256 = ?, row_counts = ?, ended_at = ${NOW} WHERE no = ?`,
  ).run(BigInt(bytes), sha256, JSON.stringify(counts), BigInt(no))
  const chunk = db.prepare(
    `INSERT INTO ${fileTable('chunk')} (run_id, table_name, no, claimed_at, done, done_at, rows_read, rows_written, bytes, digest)
     VALUES (?, ?, ?, ?, 1, ${NOW}, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET rows_read = excluded.rows_read, rows_written = excluded.rows_written,
       bytes = excluded.bytes, digest = excluded.digest, done_at = excluded.done_at`,
  )
  const all = Object.values(rows).reduce((sum, { rows }) => sum + rows, 0)
  for (const [table, { rows: n, digest }] of Object.entries(rows)) {
    // What a file takes is shared by its tables, by their rows.
    const share = all === 0 ? 0 : Math.round((bytes * n) / all)
    chunk.run(token.run, table, BigInt(no), claimedAt, BigInt(n), BigInt(n), BigInt(share), digest)
  }
  db.prepare(`UPDATE ${fileTable('run')} SET updated_at = ${NOW} WHERE id = ?`).run(token.run)
}

/** The file could not be written; the others are. One that another attempt has written meanwhile stays so. */
export function failFile(db: Db, token: RunToken, no: number, error: string): void {
  mustBeOurs(db, token)
  db.prepare(
    `UPDATE ${FILE} SET state = 'failed', error = ?, ended_at = ${NOW} WHERE no = ? AND state <> 'done'`,
  ).run(error, BigInt(no))
}

/** The sha256 of a file of others that is kept aside. */
export function noteBefore(db: Db, no: number, sha256: string): void {
  db.prepare(`UPDATE ${FILE} SET before = ? WHERE no = ?`).run(sha256, BigInt(no))
}

/** Files without this table are what they were; one that holds it alone is not wanted any more. */
export function dropTable(db: Db, token: RunToken, table: string): ExportedFile[] {
  const touched = [...allFiles(db)].filter(
    ({ tables, kind }) => kind !== 'manifest' && tables.includes(table),
  )
  const rest = db.prepare(
    `UPDATE ${FILE} SET tables = ?, state = 'open', sha256 = NULL, row_counts = '{}' WHERE no = ?`,
  )
  const gone = db.prepare(`DELETE FROM ${FILE} WHERE no = ?`)
  for (const { no, tables } of touched)
    if (tables.length === 1) gone.run(BigInt(no))
    else rest.run(JSON.stringify(tables.filter(name => name !== table)), BigInt(no))
  db.prepare(`DELETE FROM ${fileTable('chunk')} WHERE run_id = ? AND table_name = ?`).run(token.run, table)
  return touched
}
