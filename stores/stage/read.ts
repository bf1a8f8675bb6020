/** What a stage has: its tables with what their cells are, its files, the places of rows, and what was rejected. */
import { declaredType } from '../../model/declared-type.ts'
import { type FoundKind, type FoundType, foundType } from '../../model/files/found-type.ts'
import { added, emptyTally, type Tally } from '../../model/files/tally.ts'
import type { IntakeFile, IntakeRule } from '../../model/intake.ts'
import { foldName } from '../../model/sqlite-sql/names.ts'
import type { LogicalType } from '../../model/types.ts'
import type { Connection } from '../sqlite/open.ts'
import { listColumns, listTables } from '../sqlite/pragmas.ts'
import { prepared } from '../sqlite/prepared.ts'
import { quote } from '../sqlite/quote.ts'
import { isOwnTable } from './schema.ts'

export interface StageTable {
  name: string
  columns: StageColumn[]
  rows: number
}

export interface StageColumn {
  name: string
  found: FoundType
  /** Of a column of files. */
  tally?: Tally
}

/** The tables of the source, by name. */
export function stageTables(db: Connection): StageTable[] {
  const tallies = talliesOf(db)
  return tableNames(db).map(name => ({
    name,
    columns: listColumns(db, name).map(column => {
      const tally = tallies.get(keyOf(name, column.name))
      if (!tally) return { name: column.name, found: foundByName(column.type) }
      return { name: column.name, found: foundType(tally), tally }
    }),
    rows: db
      .prepare<[], number>(`SELECT count(*) FROM ${quote(name)}`)
      .pluck()
      .get()!,
  }))
}

/** Names alone. */
export const tableNames = (db: Connection): string[] =>
  listTables(db)
    .filter(({ name, type }) => type === 'table' && !isOwnTable(name))
    .map(({ name }) => name)

const keyOf = (table: string, column: string): string => JSON.stringify([foldName(table), foldName(column)])

interface Found {
  source: string
  name: string
  tally: string
}

/** A file that lacks a column has NULL there in all its rows. */
function talliesOf(db: Connection): Map<string, Tally> {
  const all = new Map<string, Tally>()
  const rows = new Map<string, number>()
  const placed = 'SELECT source, sum(rows) AS rows FROM longhaul_place GROUP BY source'
  const read = new Map(
    db
      .prepare<[], { source: string; rows: number }>(placed)
      .all()
      .map(({ source, rows }) => [foldName(source), rows]),
  )
  for (const { source, name, tally } of db
    .prepare<[], Found>('SELECT source, name, tally FROM longhaul_found WHERE tally IS NOT NULL ORDER BY no')
    .iterate()) {
    const key = keyOf(source, name)
    all.set(key, added(all.get(key) ?? emptyTally(), JSON.parse(tally) as Tally))
    rows.set(key, read.get(foldName(source)) ?? 0)
  }
  for (const [key, tally] of all) {
    const counted = Object.values(tally.counts).reduce((sum, n) => sum + n, 0)
    const lacking = rows.get(key)! - counted
    if (lacking > 0) all.set(key, added(tally, { ...emptyTally(), counts: { null: lacking } }))
  }
  return all
}

/** Of a column that a database has declared. */
function foundByName(declared: string): FoundType {
  const type = declaredType(declared)
  return { kind: type ? kindOf(type) : 'mixed', declared, nulls: true }
}

function kindOf(type: LogicalType): FoundKind {
  switch (type.kind) {
    case 'numeric':
      return 'decimal'
    case 'timestamp':
      return type.zone ? 'timestamptz' : 'timestamp'
    case 'cell':
      return 'mixed'
    case 'inet':
    case 'native':
      return 'text'
    default:
      return type.kind
  }
}

/** Where a row of the stage stood; undefined where it came from no file. */
export function placeOf(
  db: Connection,
  table: string,
  row: number | bigint,
): { file: string; place: number } | undefined {
  return prepared<[number | bigint, string, number | bigint], { file: string; place: number }>(
    db,
    `SELECT f.file, p.place + ? - p.first AS place FROM longhaul_place p JOIN longhaul_file f ON f.no = p.file
      WHERE p.source = ? AND p.first <= ? ORDER BY p.first DESC LIMIT 1`,
  ).get(row, table, row)
}

interface FileRow {
  file: string
  state: IntakeFile['state']
  rows: number
  rejected: number
  error: string | null
}

export const stageFilesOf = (db: Connection): IntakeFile[] =>
  db
    .prepare<[], FileRow>(
      `SELECT file, state, rows, rejected, message || COALESCE('. ' || remedy, '') AS error FROM longhaul_file
        WHERE state <> 'earlier' ORDER BY no`,
    )
    .all()
    .map(({ error, ...file }) => ({ ...file, ...(error !== null && { error }) }))

/** Counted by table and rule. */
export const rejectedBy = (db: Connection): IntakeRule[] =>
  db
    .prepare<[], IntakeRule>(
      `SELECT "table", rule, count(*) AS rows,
              min(reason) || CASE count(DISTINCT reason) WHEN 1 THEN '' ELSE ', and other reasons' END AS reason
         FROM longhaul_rejected GROUP BY "table", rule ORDER BY "table", rule`,
    )
    .all()

/** By column of a table of files, the files that lack it. */
export function missingColumns(db: Connection): { table: string; column: string; files: string[] }[] {
  return db
    .prepare<[], { table: string; column: string; files: string }>(
      `WITH file AS (SELECT DISTINCT source, file FROM longhaul_found),
            name AS (SELECT source, name, min(no) AS no FROM longhaul_found GROUP BY source, name)
       SELECT name.source AS "table", name.name AS "column", json_group_array(f.file) AS files
         FROM name JOIN file USING (source) JOIN longhaul_file f ON f.no = file.file
        WHERE NOT EXISTS (SELECT 1 FROM longhaul_found x
                           WHERE x.source = name.source AND x.name = name.name AND x.file = file.file)
        GROUP BY name.source, name.name ORDER BY name.no`,
    )
    .all()
    .map(({ files, ...rest }) => ({ ...rest, files: JSON.parse(files) as string[] }))
}
