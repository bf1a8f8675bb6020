/** From rows to their digest, as a table's plan has it. */
import { isCompared } from '../../model/conforming.ts'
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Cell, LargeValue, Row } from '../../model/types.ts'
import { isLarge, mayBeLarge } from '../large.ts'
import type { RowParts } from '../row-parts.ts'
import { type CellWriter, type Form, startLarge, writerFor } from './canonical.ts'
import { BUCKETS, Digest } from './digest.ts'
import { hash128, StreamHash } from './hash.ts'
import { Scratch } from './scratch.ts'
import { Unfit } from './unfit.ts'

/** Digests the rows of a table whose cells come in the order of `table.columns`; each is shown to `heard`. */
export function digestFor(table: TablePlan, form: Form, heard?: RowHeard): Digester {
  return new Digester(table, form, heard)
}

/** Hears of each row with its bucket, when the digester has its hashes and its cells. */
export type RowHeard = (bucket: number, row: Digester) => void

/** Takes rows as a whole (`add`), as their bytes (`addBy`), or one row in parts (`begin` to `end`). */
export class Digester implements RowParts {
  readonly digest = new Digest()
  /** The hash of the row that was seen last; the same array each time. */
  readonly hash = new Uint32Array(4)
  readonly #table: TablePlan
  readonly #compared: boolean[]
  readonly #writers: CellWriter[]
  /** Positions of the key's columns; empty: a row's bucket follows from the whole row. */
  readonly #key: number[]
  /** Whether these stand side by side in the row, in this order. */
  readonly #keyTogether: boolean
  readonly #keyHash = new Uint32Array(4)
  readonly #out = new Scratch()
  /** Where each cell of the row begins in the scratch, and where the last one ends. */
  readonly #starts: Int32Array
  readonly #mayBeLarge: boolean
  readonly #stream = new StreamHash()
  /** Cells of the row so far, and bytes of the scratch that went into the stream's hash. */
  #column = 0
  #streamed = 0
  readonly #heard: RowHeard | undefined

  constructor(table: TablePlan, form: Form, heard?: RowHeard) {
    this.#table = table
    this.#heard = heard
    this.#compared = table.columns.map(column => isCompared(table, column))
    this.#writers = table.columns.map(({ type }, at) =>
      this.#compared[at] ? writerFor(type, form) : () => {},
    )
    this.#key = table.key.map(name => table.columns.findIndex(column => column.name === name))
    this.#keyTogether = this.#key.every((column, i) => column === this.#key[0]! + i)
    this.#starts = new Int32Array(table.columns.length + 1)
    this.#mayBeLarge = mayBeLarge(table)
  }

  /** Fails with `value` and the column's name at the first cell that its column's type cannot hold. */
  add(rows: readonly Row[]): void {
    for (const row of rows) this.#add(this.hashRow(row))
  }

  /** The hash of the key of the row that was seen last, or of the whole row where there is no key. */
  get keyHash(): Uint32Array {
    return this.#key.length === 0 ? this.hash : this.#keyHash
  }

  /** Canonical bytes of a cell of that row, good until the next; of a value that goes in pieces its size alone. */
  bytesOf(column: number): Uint8Array {
    return this.#out.bytes.subarray(this.#starts[column]!, this.#starts[column + 1]!)
  }

  /** Of the same bytes. */
  hashOf(column: number, out: Uint32Array): void {
    const start = this.#starts[column]!
    hash128(this.#out.view, start, this.#starts[column + 1]! - start, out)
  }

  /**
   * Adds a row whose canonical bytes `write` appends, asked for column by column. As `add` it fails with `value` where a cell
   * throws `Unfit`.
   */
  addBy(write: (column: number, out: Scratch) => void): void {
    const out = this.#out
    const starts = this.#starts
    const columns = starts.length - 1
    out.clear()
    this.#column = 0
    try {
      for (; this.#column < columns; this.#column++) {
        starts[this.#column] = out.length
        if (this.#compared[this.#column]) write(this.#column, out)
      }
    } catch (error) {
      throw error instanceof Unfit ? this.#failure(error, this.#column) : error
    }
    starts[columns] = out.length
    hash128(out.view, 0, out.length, this.hash)
    this.#add(this.#bucket())
  }

  /** Leaves the row's hash in `hash` and gives its bucket; adds nothing. */
  hashRow(row: Row): number {
    if (this.#mayBeLarge && row.some(isLarge)) return this.#hashParts(row)
    const out = this.#out
    out.clear()
    this.#column = 0
    this.#writeCells(row)
    hash128(out.view, 0, out.length, this.hash)
    return this.#bucket()
  }

  begin(): void {
    this.#out.clear()
    this.#stream.begin()
    this.#column = this.#streamed = 0
  }

  cell(cell: Cell): void {
    this.#writeCells([cell])
  }

  /** Of a column that goes in pieces (`stores/large.ts`). */
  large(bytes: number): void {
    this.#starts[this.#column++] = this.#out.length
    startLarge(bytes, this.#out)
    this.#catchUp()
  }

  piece(bytes: Uint8Array): void {
    this.#stream.add(bytes)
  }

  end(): void {
    this.#add(this.#endParts())
  }

  #add(bucket: number): void {
    this.digest.add(bucket, this.hash)
    this.#heard?.(bucket, this)
  }

  #hashParts(row: Row): number {
    this.begin()
    for (const cell of row) {
      if (!isLarge(cell)) this.cell(cell)
      else this.#largeCell(cell)
    }
    return this.#endParts()
  }

  #largeCell(cell: LargeValue): void {
    const { type } = this.#table.columns[this.#column]!
    if (cell.kind !== type.kind)
      throw this.#failure(new Unfit(`is not of a kind with ${type.kind}`), this.#column)
    this.large(cell.bytes)
    for (const piece of cell.pieces()) this.piece(piece)
  }

  #endParts(): number {
    this.#starts[this.#column] = this.#out.length
    this.#catchUp()
    this.#stream.end(this.hash)
    return this.#bucket()
  }

  #catchUp(): void {
    this.#stream.add(this.#out.since(this.#streamed))
    this.#streamed = this.#out.length
  }

  /** Appends cells to those of the row that are there. */
  #writeCells(cells: Row): void {
    try {
      for (let i = 0; i < cells.length; i++) {
        this.#starts[this.#column] = this.#out.length
        this.#writers[this.#column]!(cells[i]!, this.#out)
        this.#column++
      }
    } catch (error) {
      throw error instanceof Unfit ? this.#failure(error, this.#column) : error
    }
    this.#starts[this.#column] = this.#out.length
  }

  #bucket(): number {
    if (this.#key.length === 0) return this.hash[0]! % BUCKETS
    this.#hashKey()
    return this.#keyHash[0]! % BUCKETS
  }

  /** Over the key's cells side by side, wherever they stand in the row. */
  #hashKey(): void {
    const out = this.#out
    let start = out.length
    let end = start
    if (this.#keyTogether) {
      start = this.#starts[this.#key[0]!]!
      end = this.#starts[this.#key.at(-1)! + 1]!
    } else {
      for (const column of this.#key) out.repeat(this.#starts[column]!, this.#starts[column + 1]!)
      end = out.length
    }
    hash128(out.view, start, end - start, this.#keyHash)
  }

  #failure(error: Unfit, column: number): Failure {
    const { name, type } = this.#table.columns[column]!
    return new Failure({
      code: 'value',
      object: `table "${this.#table.name}", column "${name}"`,
      message: `a value ${error.message}, so it cannot be compared as ${type.kind}`,
      remedy: `Give the column another type in the plan file, or correct the value in the source`,
    })
  }
}
