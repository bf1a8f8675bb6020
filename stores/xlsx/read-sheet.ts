/** Rows of one sheet, in batches. */
import type { BadRow, FileBatch, FileCell } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import { BadCell, type Cells, holdsWhole } from './cell-in.ts'
import { columnNames, sameColumns } from './header.ts'
import { type SheetCell, type SheetRow, SheetRows } from './sheet-rows.ts'
import { parts } from './xml.ts'
import type { Zip } from './zip.ts'

const ROWS = 1000
const CHARACTERS = 4 * 2 ** 20
const RAW = 64 * 2 ** 10

export interface SheetToRead {
  name: string
  part: string
  table: string
  /** As longhaul wrote it; absent: any sheet. */
  known?: ManifestTable
  /** Rows of the table's sheets before this one. */
  before: number
}

/** Nothing for a sheet without a header; for one without rows a batch without rows. */
export async function* readSheet(
  zip: Zip,
  sheet: SheetToRead,
  cells: Cells,
  signal: AbortSignal,
): AsyncGenerator<FileBatch> {
  const rows = new SheetRows()
  let reader: RowReader | undefined
  let isFirst = true
  for await (const _ of parts(zip, sheet.part, rows)) {
    signal.throwIfAborted()
    for (const row of rows.take()) {
      if (!reader) reader = headed(zip.path, sheet, cells, row)
      else if (reader.add(row)) {
        isFirst = false
        yield reader.take()
      }
    }
  }
  if (reader && (isFirst || reader.hasAny)) yield reader.take()
}

function headed(path: string, sheet: SheetToRead, cells: Cells, row: SheetRow): RowReader | undefined {
  const found: (string | undefined)[] = []
  for (const cell of row.cells) {
    // SQLite has columns without a name; nobody else means one by an empty cell.
    const text = sheet.known ? cells.raw(cell) : nameIn(cell, cells)
    if (sheet.known ? cell.value !== undefined : text.trim() !== '') found[cell.column] = text
  }
  if (found.length === 0) return undefined
  const names = columnNames(path, sheet.name, Array.from(found))
  if (sheet.known) sameColumns(path, sheet.name, names, sheet.known)
  return new RowReader(sheet, names, cells)
}

/** Years and dates are names as they are shown in other columns. */
function nameIn(cell: SheetCell, cells: Cells): string {
  try {
    return String(cells.plain(cell) ?? '')
  } catch (error) {
    if (error instanceof BadCell) return cells.raw(cell)
    throw error
  }
}

class RowReader {
  readonly #sheet: SheetToRead
  readonly #columns: string[]
  readonly #cells: Cells
  /** By column, of a table that is known: whether whole numbers are INTEGER. */
  readonly #isWhole: boolean[] | undefined
  #batch: FileBatch
  #characters = 0

  constructor(sheet: SheetToRead, columns: string[], cells: Cells) {
    this.#sheet = sheet
    this.#columns = columns
    this.#cells = cells
    const declared = sheet.known && new Map(sheet.known.columns.map(column => [column.name, column.declared]))
    this.#isWhole = declared && columns.map(name => holdsWhole(declared.get(name)!))
    this.#batch = this.#empty()
  }

  get hasAny(): boolean {
    return this.#batch.rows.length + this.#batch.bad.length > 0
  }

  /** Whether the batch is full. */
  add(row: SheetRow): boolean {
    const isEmpty = row.cells.every(cell => cell.value === undefined && !cell.isFormula)
    if (isEmpty && !(this.#sheet.known && row.isMarked)) return false
    const place = this.#sheet.before + row.number
    try {
      this.#batch.rows.push(this.#row(row))
      this.#batch.places.push(place)
    } catch (error) {
      if (!(error instanceof BadCell)) throw error
      this.#batch.bad.push(this.#bad(row, place, error))
    }
    return this.#batch.rows.length + this.#batch.bad.length >= ROWS || this.#characters >= CHARACTERS
  }

  take(): FileBatch {
    const batch = this.#batch
    this.#batch = this.#empty()
    this.#characters = 0
    return batch
  }

  #row({ cells }: SheetRow): FileCell[] {
    const width = this.#columns.length
    const row: FileCell[] = new Array(width).fill(null)
    const beyond = cells.filter(cell => cell.column >= width && cell.value !== undefined).values()
    const next = () => beyond.next().value as SheetCell | undefined
    for (const cell of cells) {
      if (cell.column >= width) continue
      const value = this.#isWhole
        ? this.#cells.kept(cell, this.#isWhole[cell.column]!, next)
        : this.#cells.plain(cell)
      if (typeof value === 'string' || value instanceof Uint8Array) this.#characters += value.length
      row[cell.column] = value
    }
    if (next()) throw new BadCell('too-many-fields', 'it has cells to the right of the last named column')
    return row
  }

  #bad({ cells }: SheetRow, place: number, { rule, message }: BadCell): BadRow {
    const texts: string[] = []
    for (const cell of cells) texts[cell.column] = this.#cells.raw(cell).slice(0, RAW)
    const raw = JSON.stringify(Array.from(texts)).slice(0, RAW)
    this.#characters += raw.length
    return { place, rule, reason: message, raw }
  }

  #empty(): FileBatch {
    return { table: this.#sheet.table, columns: this.#columns, rows: [], places: [], bad: [] }
  }
}
