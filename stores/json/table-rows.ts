/** The rows of one table of a JSON file, gathered for the next batch. */
import { Failure } from '../../model/failure.ts'
import type { BadRow, FileBatch, FileCell } from '../../model/files/batch.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import { found, restored } from './cells.ts'
import type { Cursor } from './cursor.ts'
import { RowParser } from './row-parser.ts'

const BATCH = 1000
/** Characters of a batch, where rows are long. */
const LONG = 1 << 22
/** What is kept of a bad row, in characters. */
const RAW = 64 * 1024

export const NO_OBJECT = { rule: 'no-object', reason: 'it is no object, and so no row' }

const DAMAGED = { rule: 'encoding', reason: 'it has bytes that are no characters of the encoding' }
const EMPTY = { rule: 'no-columns', reason: 'neither it nor a row before it has any key' }

export class TableRows {
  readonly table: string
  readonly parser: RowParser
  readonly #path: string
  readonly #known: ManifestTable | undefined
  #rows: FileCell[][] = []
  #places: number[] = []
  #bad: BadRow[] = []
  #length = 0
  #begun = false

  constructor(path: string, table: string, known: ManifestTable | undefined) {
    this.#path = path
    this.table = table
    this.#known = known
    this.parser = new RowParser(
      known ? restored : found,
      known?.columns.map(({ name }) => name),
    )
  }

  get isFull(): boolean {
    return this.#rows.length + this.#bad.length >= BATCH || this.#length > LONG
  }

  /** The row that the parser has read from `cursor.at` to `end`. */
  add(cursor: Cursor, end: number, place: number): void {
    this.#length += end - cursor.at
    if (this.parser.grew && this.#known) throw this.#unknownKey()
    const fault = cursor.isDamaged(end) ? DAMAGED : this.parser.columns.length === 0 ? EMPTY : undefined
    if (fault) this.addBad(cursor, end, place, fault)
    else {
      this.#rows.push(this.parser.row as FileCell[])
      this.#places.push(place)
    }
  }

  addBad(
    cursor: Cursor,
    end: number,
    place: number,
    { rule, reason }: { rule: string; reason: string },
  ): void {
    const raw = cursor.text.slice(cursor.at, Math.min(end, cursor.at + RAW))
    this.#bad.push({ place, rule, reason, raw })
  }

  /** What was gathered, where there is anything to tell. */
  *batch(): Generator<FileBatch> {
    const columns = [...this.parser.columns]
    const isNews = this.#rows.length + this.#bad.length > 0 || (!this.#begun && columns.length > 0)
    if (!isNews) return
    for (const row of this.#rows) while (row.length < columns.length) row.push(null)
    yield { table: this.table, columns, rows: this.#rows, places: this.#places, bad: this.#bad }
    this.#begun = true
    this.#rows = []
    this.#places = []
    this.#bad = []
    this.#length = 0
  }

  #unknownKey(): Failure {
    return new Failure({
      code: 'source',
      object: `file ${this.#path}`,
      message: `rows of ${this.table} have keys that longhaul did not write, as the manifest beside it says`,
      remedy: 'Move longhaul.json away to read the file as any other',
    })
  }
}
