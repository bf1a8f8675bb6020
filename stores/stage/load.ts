/** The rows of one file into a stage; the transaction is the caller's. */
import type { Statement } from 'better-sqlite3'
import { collectAll } from '../../home/collect.ts'
import type { BadRow, FileBatch, FileCell } from '../../model/files/batch.ts'
import { count, emptyTally, type Tally } from '../../model/files/tally.ts'
import { foldName } from '../../model/sqlite-sql/names.ts'
import type { Connection } from '../sqlite/open.ts'
import { quote } from '../sqlite/quote.ts'
import { rejectRow } from './reject.ts'
import { makeColumns, makeTable, rowNumberOf } from './tables.ts'

export interface LoadOptions {
  /** Number and name of the file. */
  no: number
  file: string
  /** It tells numbers from texts. */
  typed: boolean
  /** Cells are those that SQLite had when the file was written: nothing is to be found out about them. */
  known: boolean
}

export interface Loaded {
  rows: number
  rejected: number
  /** What is worth telling about the file, in words. */
  notes: string[]
}

/** Writes all batches; tables and columns that are new are made. Gives the counts. */
export async function loadFile(
  db: Connection,
  batches: AsyncIterable<FileBatch>,
  options: LoadOptions,
  progress: (rows: number) => void,
): Promise<Loaded> {
  const tables = new Map<string, TableLoader>()
  let [rows, rejected, cells] = [0, 0, 0]
  const notes: string[] = []
  for await (const batch of batches) {
    notes.push(...(batch.notes ?? []))
    const taken = withoutEmpty(batch)
    rows += taken.rows.length
    rejected += taken.bad.length
    progress(rows)
    cells += taken.rows.length * taken.columns.length
    if (cells > CELLS) {
      collectAll()
      cells = 0
    }
    if (taken.columns.length === 0) {
      keepBad(db, options.file, taken.table, taken.bad)
      continue
    }
    const key = foldName(taken.table)
    const table = tables.get(key) ?? new TableLoader(db, taken, options)
    tables.set(key, table)
    table.add(taken)
  }
  for (const table of tables.values()) table.end()
  return { rows, rejected, notes }
}

/** After so many cells their garbage is collected: at a million rows of 8 columns V8 keeps 100 MB of it otherwise, and that takes a second. */
const CELLS = 400_000

/** A row of no columns at all is none. */
function withoutEmpty(batch: FileBatch): FileBatch {
  if (batch.columns.length > 0 || batch.rows.length === 0) return batch
  const empty = batch.places.map(place => ({ place, rule: 'empty', reason: 'has no value at all', raw: '' }))
  return { ...batch, rows: [], places: [], bad: [...batch.bad, ...empty] }
}

function keepBad(db: Connection, file: string, table: string, bad: readonly BadRow[]): void {
  for (const { place, rule, reason, raw } of bad)
    rejectRow(db, { table, source: table, file, place, rule, reason, raw }, 'read')
}

/** Rows of one statement: a call costs as much as many cells. */
const ROWS = 8
/** SQLite takes no more parameters. */
const MOST_PARAMETERS = 32_766

type Bound = null | number | bigint | string | Uint8Array

/** One table of a file. */
class TableLoader {
  readonly #db: Connection
  readonly #options: LoadOptions
  readonly #name: string
  readonly #tallies: Tally[] = []
  readonly #places: PlaceNotes
  #columns: string[] = []
  #rows = 0
  #full = 1
  #many!: Statement<unknown[]>
  #one!: Statement<unknown[]>

  constructor(db: Connection, { table, columns }: FileBatch, options: LoadOptions) {
    this.#db = db
    this.#options = options
    this.#name = makeTable(db, table, columns)
    const rowNumber = rowNumberOf(db, this.#name)
    const last = db
      .prepare<[], number | null>(`SELECT max(${rowNumber}) FROM ${quote(this.#name)}`)
      .pluck()
      .get()
    this.#places = new PlaceNotes(db, this.#name, options.no, (last ?? 0) + 1)
  }

  /** Columns that come later are NULL in the rows before. */
  #widen(columns: readonly string[]): void {
    if (columns.length === this.#columns.length) return
    this.#columns = makeColumns(this.#db, this.#name, columns)
    while (this.#tallies.length < columns.length)
      this.#tallies.push({ ...emptyTally(), counts: this.#rows > 0 ? { null: this.#rows } : {} })
    this.#full = Math.max(1, Math.min(ROWS, Math.floor(MOST_PARAMETERS / columns.length)))
    this.#many = this.#db.prepare(this.#insertSql(this.#full))
    this.#one = this.#db.prepare(this.#insertSql(1))
  }

  #insertSql(rows: number): string {
    const names = this.#columns.map(quote).join(', ')
    const row = `(${this.#columns.map(() => '?').join(', ')})`
    return `INSERT INTO ${quote(this.#name)} (${names}) VALUES ${Array(rows).fill(row).join(', ')}`
  }

  add({ columns, rows, places, bad }: FileBatch): void {
    this.#widen(columns)
    const bind = this.#options.known ? asItIs : asFound
    if (!this.#options.known) this.#count(rows)
    for (let at = 0; at < rows.length; at += this.#full) {
      const some = rows.slice(at, at + this.#full)
      if (some.length === this.#full) this.#many.run(some.flatMap(row => row.map(bind)))
      else for (const row of some) this.#one.run(row.map(bind))
    }
    this.#rows += rows.length
    this.#places.add(places)
    keepBad(this.#db, this.#options.file, this.#name, bad)
  }

  #count(rows: readonly FileCell[][]): void {
    const { typed } = this.#options
    for (const [i, tally] of this.#tallies.entries())
      for (const row of rows) count(tally, row[i] ?? null, typed)
  }

  end(): void {
    this.#places.end()
    const insert = this.#db.prepare(
      'INSERT INTO longhaul_found (file, source, name, tally) VALUES (?, ?, ?, ?)',
    )
    for (const [i, name] of this.#columns.entries())
      insert.run(
        this.#options.no,
        this.#name,
        name,
        this.#options.known ? null : JSON.stringify(this.#tallies[i]),
      )
  }
}

/** A number that SQLite had was a REAL. */
const asItIs = (cell: FileCell): Bound => (typeof cell === 'number' ? cell : asFound(cell))

/** A truth is the word for it, as in a file that has texts alone. */
function asFound(cell: FileCell): Bound {
  switch (typeof cell) {
    case 'number':
      return Number.isSafeInteger(cell) ? BigInt(cell) : cell
    case 'boolean':
      return cell ? 'true' : 'false'
    case 'object':
      return cell === null || cell instanceof Uint8Array ? cell : cell.json
    default:
      return cell
  }
}

/** Where rows stood: as long as places follow each other, one note has them all. */
class PlaceNotes {
  readonly #insert: Statement<unknown[]>
  readonly #table: string
  readonly #file: number
  #next: number
  #first = 0
  #place = 0
  #rows = 0

  constructor(db: Connection, table: string, file: number, next: number) {
    this.#insert = db.prepare(
      'INSERT INTO longhaul_place (source, first, file, place, rows) VALUES (?, ?, ?, ?, ?)',
    )
    this.#table = table
    this.#file = file
    this.#next = next
  }

  add(places: readonly number[]): void {
    for (const place of places) {
      if (this.#rows === 0 || place !== this.#place + this.#rows) {
        this.end()
        this.#first = this.#next
        this.#place = place
      }
      this.#rows++
      this.#next++
    }
  }

  end(): void {
    if (this.#rows > 0) this.#insert.run(this.#table, this.#first, this.#file, this.#place, this.#rows)
    this.#rows = 0
  }
}
