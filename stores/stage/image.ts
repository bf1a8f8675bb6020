/** The image of a stage of files: its tables with types, as SQLite would have them. */
import { chmodSync, copyFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database, { type Statement } from 'better-sqlite3'
import { sync } from '../../home/home.ts'
import type { Manifest } from '../../model/files/manifest.ts'
import type { Wishes } from '../../model/files/wish.ts'
import type { Finding } from '../../model/finding.ts'
import { sameName } from '../../model/sqlite-sql/names.ts'
import { codeOf } from '../sqlite/errors.ts'
import type { Connection } from '../sqlite/open.ts'
import { listTables } from '../sqlite/pragmas.ts'
import { quote } from '../sqlite/quote.ts'
import { makeAfter, makeKnown, tableOfManifest } from './manifest-tables.ts'
import { type StageTable, stageTables } from './read.ts'
import { forgetRejected, rejectRow } from './reject.ts'
import { isOwnTable, openStageFile } from './schema.ts'
import { rowNumberOf } from './tables.ts'
import { type ImageColumn, type ImageTable, typedTable } from './typed-table.ts'

export interface ImageInput {
  /** Paths of the two databases. */
  stage: string
  image: string
  /** What columns of the target ask for. */
  wishes: Wishes
}

/** Makes the image anew; it has its name once it is whole and on disk. */
export function typedImage(
  { stage, image, wishes }: ImageInput,
  progress: (detail: { table: string; rows: number }) => void,
  signal: AbortSignal,
): Finding[] {
  const half = `${image}.half`
  rmSync(half, { force: true })
  const from = openStageFile(stage)
  const to = openImage(half)
  const findings: Finding[] = []
  try {
    forgetRejected(from)
    const manifest = manifestOf(from)
    to.prepare('ATTACH ? AS stage').run(stage)
    const tables = stageTables(from)
    for (const known of manifest?.tables ?? [])
      if (!tables.some(({ name }) => sameName(name, known.name))) makeKnown(to, known)
    for (const table of tables) {
      const known = manifest?.tables.find(({ name }) => sameName(name, table.name))
      const made = known
        ? tableOfManifest(to, table, known)
        : typedTable(from, to, table, wishesFor(wishes, table.name), findings)
      fill(from, to, table, made, progress, signal)
    }
    for (const statement of manifest?.after ?? []) makeAfter(to, statement, findings)
    to.exec('DETACH stage')
  } finally {
    to.close()
    from.close()
  }
  publish(half, image)
  return findings
}

function manifestOf(stage: Connection): Pick<Manifest, 'tables' | 'after'> | undefined {
  const text = stage.prepare<[], string>('SELECT content FROM longhaul_manifest').pluck().get()
  return text === undefined ? undefined : JSON.parse(text)
}

/** The image of a stage that is a database already: all of it but longhaul's records. */
export function copiedImage({ stage, image }: Pick<ImageInput, 'stage' | 'image'>): void {
  const half = `${image}.half`
  copyFileSync(stage, half)
  const db = openImage(half)
  try {
    for (const { name } of listTables(db)) if (isOwnTable(name)) db.exec(`DROP TABLE ${quote(name)}`)
  } finally {
    db.close()
  }
  publish(half, image)
}

/** Nobody reads it before it is whole. */
function openImage(path: string): Connection {
  const db = new Database(path)
  chmodSync(path, 0o600)
  db.pragma('journal_mode = MEMORY')
  db.pragma('synchronous = OFF')
  db.pragma('foreign_keys = OFF')
  db.pragma('trusted_schema = OFF')
  db.pragma('cache_size = -16000')
  return db
}

/** After so many rows it is looked whether the job is still wanted. */
const WINDOW = 200_000

function fill(
  from: Connection,
  to: Connection,
  { name }: StageTable,
  { columns, refuses }: ImageTable,
  progress: (detail: { table: string; rows: number }) => void,
  signal: AbortSignal,
): void {
  const rowNumber = rowNumberOf(from, name)
  refuses?.()
  const insert = to.prepare<[number, number]>(insertSql(name, columns, rowNumber, refuses !== undefined))
  const last = from
    .prepare<[], number | null>(`SELECT max(${rowNumber}) FROM ${quote(name)}`)
    .pluck()
    .get()
  for (let at = 0; at < (last ?? 0); at += WINDOW) {
    signal.throwIfAborted()
    try {
      insert.run(at, at + WINDOW)
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) throw error
      insertEach(from, insert, { name, rowNumber }, at)
    }
    progress({ table: name, rows: Math.min(at + WINDOW, last ?? 0) })
  }
}

interface Filled {
  name: string
  rowNumber: string
}

/** Row by row, as one of them breaks a rule of its table: those that do are rejected. */
function insertEach(
  from: Connection,
  insert: Statement<[number, number]>,
  { name, rowNumber }: Filled,
  at: number,
): void {
  const rows = from
    .prepare<[number, number], number>(
      `SELECT ${rowNumber} FROM ${quote(name)} WHERE ${rowNumber} > ? AND ${rowNumber} <= ? ORDER BY 1`,
    )
    .pluck()
    .all(at, at + WINDOW)
  const refused: number[] = []
  for (const row of rows) {
    try {
      insert.run(row - 1, row)
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) throw error
      refused.push(row)
    }
  }
  const why = { rule: 'constraint', reason: 'breaks a key or a rule of its table' }
  from.transaction(() => {
    for (const row of refused) rejectRow(from, { table: name, source: name, row, ...why })
  })()
}

/** A table may be called as what every object has. */
const wishesFor = (wishes: Wishes, table: string): Wishes[string] =>
  Object.hasOwn(wishes, table) ? wishes[table]! : {}

function insertSql(
  table: string,
  columns: readonly ImageColumn[],
  rowNumber: string,
  refuses: boolean,
): string {
  return `
    INSERT OR ABORT INTO main.${quote(table)} (${columns.map(({ name }) => quote(name)).join(', ')})
    SELECT ${columns.map(({ read }) => read).join(', ')}
      FROM stage.${quote(table)}
     WHERE ${rowNumber} > ? AND ${rowNumber} <= ?${
       refuses
         ? `
       AND ${rowNumber} NOT IN (SELECT row FROM stage.longhaul_rejected
                                 WHERE at = 'image' AND source = '${table.replaceAll("'", "''")}')`
         : ''
     }
     ORDER BY ${rowNumber}`
}

function publish(half: string, image: string): void {
  for (const side of ['-journal', '-wal', '-shm']) rmSync(image + side, { force: true })
  sync(half)
  renameSync(half, image)
  sync(dirname(image))
}
