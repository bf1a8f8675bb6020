/** What became of the files and rows of a stage, once its image is made: counts, findings, and the file of rejected rows. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Statement } from 'better-sqlite3'
import { count } from '../../model/amounts.ts'
import type { Finding } from '../../model/finding.ts'
import type { Intake, IntakeTable } from '../../model/intake.ts'
import type { Connection } from '../sqlite/open.ts'
import { quote } from '../sqlite/quote.ts'
import { fileNames } from './file-names.ts'
import { missingColumns, rejectedBy, stageFilesOf, stageTables } from './read.ts'
import { openStageFile } from './schema.ts'
import { rowNumberOf } from './tables.ts'

export interface SettleInput {
  stage: string
  /** Path of the JSON Lines with rejected rows; none is left where there are none. */
  rejected: string
  /** Of a mapping; absent: each table has its own rows. */
  mapped?: IntakeTable[]
}

export function settleStage({ stage, rejected, mapped }: SettleInput): {
  intake: Intake
  findings: Finding[]
} {
  const db = openStageFile(stage)
  try {
    const intake = intakeOf(db, mapped)
    exportRejected(db, rejected)
    return {
      intake,
      findings: [...fileFindings(db, intake), ...rejectedFindings(db, intake), ...columnFindings(db)],
    }
  } finally {
    db.close()
  }
}

function intakeOf(db: Connection, mapped: IntakeTable[] | undefined): Intake {
  return { files: stageFilesOf(db), tables: mapped ?? asTheyAre(db), rejected: rejectedBy(db) }
}

/** What could not be read has been read all the same, in the sense of the balance. */
function asTheyAre(db: Connection): IntakeTable[] {
  const rejects = db.prepare<[string], { bad: number; rejected: number }>(
    `SELECT count(*) FILTER (WHERE at = 'read') AS bad, count(*) AS rejected FROM longhaul_rejected WHERE source = ?`,
  )
  return stageTables(db).map(({ name, rows }) => {
    const { bad, rejected } = rejects.get(name)!
    return {
      ...{ table: name, read: rows + bad, filtered: 0, duplicates: 0 },
      ...{ rejected, written: rows + bad - rejected },
    }
  })
}

interface RejectedRow {
  source: string | null
  row: bigint | null
  table: string
  file: string | null
  place: bigint | null
  key: string | null
  rule: string
  reason: string
  raw: string | null
}

/** A line for each row; the file has its name once it is whole. */
function exportRejected(db: Connection, path: string): void {
  const rows = db
    .prepare<[], RejectedRow>(
      'SELECT "table", source, row, file, place, key, rule, reason, raw FROM longhaul_rejected ORDER BY no',
    )
    .safeIntegers()
  const cells = new StagedCells(db)
  rmSync(path, { force: true })
  const half = `${path}.half`
  let out: number | undefined
  for (const { source, row, raw, ...rest } of rows.iterate()) {
    out ??= openSync(half, 'w', 0o600)
    const stood = raw ?? (source !== null && row !== null ? cells.of(source, row) : undefined)
    const told = Object.entries({ ...rest, place: rest.place && Number(rest.place), raw: stood }).filter(
      ([, value]) => value !== null,
    )
    writeSync(out, `${JSON.stringify(Object.fromEntries(told))}\n`)
  }
  if (out === undefined) return
  fsyncSync(out)
  closeSync(out)
  renameSync(half, path)
}

/** The cells of rows of the stage, by column. */
class StagedCells {
  readonly #db: Connection
  readonly #find = new Map<string, Statement<[bigint], Record<string, unknown>>>()

  constructor(db: Connection) {
    this.#db = db
  }

  of(table: string, row: bigint): Record<string, unknown> | undefined {
    const find =
      this.#find.get(table) ??
      this.#db
        .prepare<[bigint], Record<string, unknown>>(
          `SELECT * FROM ${quote(table)} WHERE ${rowNumberOf(this.#db, table)} = ?`,
        )
        .safeIntegers()
    this.#find.set(table, find)
    const cells = find.get(row)
    return cells && Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, shown(cell)]))
  }
}

/** A cell as JSON has it: digits that a double would lose are text, bytes are as PostgreSQL prints them. */
function shown(cell: unknown): unknown {
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)
  return cell instanceof Uint8Array ? `\\x${Buffer.from(cell).toString('hex')}` : cell
}

function fileFindings(db: Connection, { files }: Intake): Finding[] {
  const nameOf = fileNames(db)
  const failed = files
    .filter(({ state }) => state === 'failed')
    .map(
      ({ file, error }): Finding => ({
        code: 'file-failed',
        severity: 'incomplete',
        object: nameOf(file),
        message: `its rows are not taken: ${error}`,
        remedy: 'Correct the file, then take it with "longhaul retry ID --failed"',
      }),
    )
  const noted = db
    .prepare<[], { file: string; notes: string }>(
      `SELECT file, notes FROM longhaul_file WHERE notes <> '[]' ORDER BY no`,
    )
    .all()
    .flatMap(({ file, notes }) =>
      (JSON.parse(notes) as string[]).map(note => noteFinding(nameOf(file), note)),
    )
  return [...failed, ...noted]
}

const noteFinding = (object: string, message: string): Finding => ({
  ...{ code: 'file-note', severity: 'warning', object, message },
})

function rejectedFindings(db: Connection, { rejected }: Intake): Finding[] {
  // Of what no row of the stage was made nothing can be taken again.
  const readable = db
    .prepare<[string, string], number>(
      'SELECT count(row) FROM longhaul_rejected WHERE "table" = ? AND rule = ?',
    )
    .pluck()
  return rejected.map(({ table, rule, reason, rows }) => ({
    code: 'rows-rejected',
    severity: 'incomplete',
    object: table,
    message: `${count(rows, 'row')} not taken (${rule}): ${reason}`,
    remedy:
      readable.get(table, rule) === 0
        ? 'They stand in rejected.jsonl of the run: put them into a file of their own, corrected, and import that'
        : 'They stand in rejected.jsonl of the run; correct the plan, then take them with "longhaul replay ID"',
  }))
}

/** So many files are named. */
const NAMED = 3

function columnFindings(db: Connection): Finding[] {
  const nameOf = fileNames(db)
  return missingColumns(db).map(({ table, column, files }) => ({
    code: 'column-missing',
    severity: 'warning',
    object: `${table}.${column}`,
    message: `${files.slice(0, NAMED).map(nameOf).join(', ')}${files.length > NAMED ? ` and ${count(files.length - NAMED, 'more file')}` : ''} ${files.length === 1 ? 'has' : 'have'} no such column: the rows have NULL there`,
  }))
}
