/** Writes one workbook: a cover, a sheet for each table, and a hidden sheet with what reading it back needs. */
import exceljs, { type stream, type Worksheet } from 'exceljs'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileOptions } from '../../model/files/options.ts'
import { NewFile } from '../files/new-file.ts'
import type { FileAbout, FileWriter, FileWritten, SqliteCell } from '../files/writer.ts'
import { ColumnOut, Styles } from './cell-out.ts'
import { rich, type SheetWritten, writeCover } from './cover.ts'
import { Sink } from './flow.ts'
import { MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS } from './limits.ts'
import { manifestLines } from './manifest.ts'
import { tooManyColumns } from './refuse.ts'
import { COVER, HIDDEN, SheetNames } from './sheet-names.ts'
import { SheetOut } from './sheet-out.ts'

const EXCEL = { rows: MOST_ROWS, characters: MOST_CHARACTERS }

/** As fast as the rows come; `ZIP_LIMITS` counts on it. */
const LEVEL = 1

export const openXlsxWriter = (
  path: string,
  options: FileOptions,
  about: FileAbout,
  limits: typeof EXCEL = EXCEL,
): FileWriter => new XlsxWriter(path, options, about, limits)

interface Begun {
  table: ManifestTable
  columns: ColumnOut[]
  rows: number
  sheet?: SheetOut
}

class XlsxWriter implements FileWriter {
  readonly #options: FileOptions
  readonly #about: FileAbout
  readonly #limits: typeof EXCEL
  readonly #file: NewFile
  readonly #sink: Sink
  readonly #book: stream.xlsx.WorkbookWriter
  readonly #styles = new Styles()
  readonly #names = new SheetNames()
  readonly #sheets: SheetWritten[] = []
  readonly #tables: ManifestTable[] = []
  #begun: Begun | undefined

  constructor(path: string, options: FileOptions, about: FileAbout, limits: typeof EXCEL) {
    this.#options = options
    this.#about = about
    this.#limits = limits
    this.#file = new NewFile(path)
    this.#sink = new Sink(this.#file)
    this.#book = new exceljs.stream.xlsx.WorkbookWriter({
      stream: this.#sink,
      useStyles: true,
      zip: { zlib: { level: LEVEL } },
    })
    this.#book.creator = this.#book.lastModifiedBy = 'longhaul'
  }

  async table(table: ManifestTable): Promise<void> {
    this.#endTable()
    if (table.columns.length > MOST_COLUMNS) throw tooManyColumns(table.name, table.columns.length)
    const options = {
      escapeFormulas: this.#options.escapeFormulas === true,
      longest: this.#limits.characters,
    }
    const columns = table.columns.map(({ declared }) => new ColumnOut(declared, this.#styles, options))
    this.#begun = { table, columns, rows: 0 }
  }

  async rows(rows: readonly (readonly SqliteCell[])[]): Promise<void> {
    const begun = this.#begun!
    for (let at = 0; at < rows.length; ) {
      const sheet = (begun.sheet ??= this.#sheet(begun, rows.slice(at)))
      const some = rows.slice(at, at + this.#limits.rows - 1 - sheet.rows)
      await sheet.write(some, begun.rows - sheet.rows)
      begun.rows += some.length
      at += some.length
      if (at < rows.length) this.#endSheet(begun)
    }
  }

  async end(): Promise<FileWritten> {
    this.#endTable()
    this.#hidden()
    this.#cover()
    await this.#sink.whole(() => this.#book.commit())
    return this.#file.end()
  }

  async abort(): Promise<void> {
    this.#sink.destroy()
    this.#file.abort()
  }

  #sheet({ table, columns }: Begun, first: readonly (readonly SqliteCell[])[]): SheetOut {
    return new SheetOut(this.#book, this.#sink, { name: this.#names.next(table.name), table, columns, first })
  }

  #endSheet(begun: Begun): void {
    const { sheet, table } = begun
    if (!sheet) return
    sheet.end()
    this.#sheets.push({ name: sheet.name, table: table.name, rows: sheet.rows })
    delete begun.sheet
  }

  #endTable(): void {
    const begun = this.#begun
    if (!begun) return
    if (begun.rows === 0) begun.sheet = this.#sheet(begun, [])
    this.#endSheet(begun)
    this.#tables.push({ ...begun.table, rows: begun.rows })
    this.#begun = undefined
  }

  #hidden(): void {
    const sheets = this.#sheets.map(({ name, table }) => ({ name, table }))
    const { run, takenAt, after = [] } = this.#about
    const lines = manifestLines(
      {
        longhaul: 'files',
        version: 1,
        format: 'xlsx',
        options: this.#options,
        run,
        takenAt,
        tables: this.#tables,
        after,
        files: [],
        sheets,
      },
      this.#limits.characters,
    )
    const sheet = this.#book.addWorksheet(HIDDEN, { state: 'hidden' })
    for (const line of lines) sheet.addRow([rich(line)]).commit()
    sheet.commit()
  }

  /** Written last, as it says how many rows there are; exceljs lists its sheets in the order in which it keeps them. */
  #cover(): void {
    const cover = this.#book.addWorksheet(COVER, { views: [{ showGridLines: false }] })
    writeCover(cover, this.#about, this.#sheets)
    cover.commit()
    const kept = (this.#book as unknown as { _worksheets: (Worksheet | undefined)[] })._worksheets
    kept[0] = kept.pop()
  }
}
