/** Writes the rows of one sheet. */
import type { stream, Worksheet } from 'exceljs'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { SqliteCell } from '../files/writer.ts'
import type { CellOut, ColumnOut } from './cell-out.ts'
import { HEADER, rich } from './cover.ts'
import { Flow, type Sink } from './flow.ts'
import { MOST_COLUMNS } from './limits.ts'
import { tooLong } from './refuse.ts'
import { columnWidths } from './widths.ts'

/** Characters between two looks at whether the zip keeps up: some hundred rows, or one long text. */
const AT_ONCE = 200_000
/** What a cell takes in XML, whatever is in it. */
const OF_CELL = 50
/** Without a height a row without cells is not written at all. */
const HEIGHT = 15

export class SheetOut {
  readonly name: string
  rows = 0
  readonly #table: ManifestTable
  readonly #columns: readonly ColumnOut[]
  readonly #sheet: Worksheet
  readonly #flow: Flow
  #ahead = 0

  /** Begins it with its header; `first` rows decide about the widths. */
  constructor(book: stream.xlsx.WorkbookWriter, sink: Sink, { name, table, columns, first }: SheetBegun) {
    this.name = name
    this.#table = table
    this.#columns = columns
    const names = table.columns.map(column => column.name)
    this.#sheet = book.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] })
    this.#flow = new Flow(this.#sheet, sink)
    const widths = columnWidths(names, first).map(width => ({ width }))
    const beyond = Array.from({ length: MOST_COLUMNS - widths.length }, () => ({ hidden: true, width: 9 }))
    this.#sheet.columns = [...widths, ...beyond]
    const header = this.#sheet.addRow(names.map(rich))
    header.eachCell(cell => {
      cell.style = HEADER
    })
    header.commit()
  }

  /** `before`: rows of the table in the sheets before this one. */
  async write(rows: readonly (readonly SqliteCell[])[], before: number): Promise<void> {
    for (const row of rows) {
      this.#row(row, before)
      if ((this.#ahead += weightOf(row)) < AT_ONCE) continue
      this.#ahead = 0
      await this.#flow.taken()
    }
  }

  end(): void {
    const { length } = this.#columns
    this.#sheet.autoFilter = {
      from: { row: 1, column: 1 },
      to: { row: this.rows + 1, column: length },
    }
    this.#sheet.commit()
  }

  #row(cells: readonly SqliteCell[], before: number): void {
    this.rows++
    const outs = this.#columns.map((column, n) => column.cell(cells[n]!))
    const tail: CellOut[] = []
    outs.forEach((out, n) => {
      if (!out?.rest) return
      tail.push(...out.rest)
      if (outs.length + tail.length > MOST_COLUMNS)
        throw tooLong({
          table: this.#table.name,
          column: this.#table.columns[n]!.name,
          row: before + this.rows,
        })
    })
    const all = tail.length ? [...outs, ...tail] : outs
    const row = this.#sheet.addRow(all.map(out => out?.value))
    let isEmpty = true
    for (let n = 0; n < all.length; n++) {
      const out = all[n]
      if (!out) continue
      isEmpty = false
      row.getCell(n + 1).style = out.style
    }
    if (isEmpty) row.height = HEIGHT
    row.commit()
  }
}

function weightOf(row: readonly SqliteCell[]): number {
  let weight = OF_CELL * row.length
  for (const cell of row)
    if (typeof cell === 'string') weight += cell.length
    else if (cell instanceof Uint8Array) weight += 2 * cell.length
  return weight
}

interface SheetBegun {
  name: string
  table: ManifestTable
  columns: readonly ColumnOut[]
  first: readonly (readonly SqliteCell[])[]
}
