/** The scan of a table over the bytes of its rows: one pass, and no value made. */
import type { Table } from '../../model/schema.ts'
import { LARGE } from '../large.ts'
import { RAW, type RawRow } from '../raw-row.ts'
import { type ColumnTally, NO_CLASSES } from './column-tally.ts'
import type { Connection } from './open.ts'
import { type Layout, rawRows } from './pages/raw-table.ts'
import { measure } from './scan-large-texts.ts'
import { mayBeTooWide, widthOfRow } from './scan-widest.ts'

/** Rows after which progress is heard of. */
const STEP = 20_000

/**
 * Adds the rows of a table to the tallies of its columns. Returns how many there are, and how wide the widest is where that
 * matters.
 */
export function scanRaw(
  db: Connection,
  layout: Layout,
  table: Table,
  tallies: readonly ColumnTally[],
  progress: (rows: number) => void,
): { rows: number; widest?: number } {
  const measures = mayBeTooWide(table)
  let widest = 0
  const cells = table.columns.map(({ name }, i) => {
    const place = layout.columns.findIndex(column => column.name === name)
    return new Cells(place, tallies[i]!)
  })
  let [rows, told] = [0, 0]
  for (const batch of rawRows(db, layout)) {
    for (let i = 0; i < batch.count; i++) {
      const row = batch.row(i)
      for (const column of cells) column.add(row)
      if (measures) widest = Math.max(widest, widthOfRow(row))
    }
    rows += batch.count
    if (rows - told < STEP) continue
    progress(rows)
    told = rows
  }
  for (const column of cells) column.finish()
  progress(rows)
  return { rows, ...(measures && { widest }) }
}

/** The cells of one column; numbers and blobs are counted here, and texts by the tally. */
class Cells {
  readonly #place: number
  readonly #tally: ColumnTally
  readonly #counts = { ...NO_CLASSES }
  #least = Number.POSITIVE_INFINITY
  #greatest = Number.NEGATIVE_INFINITY
  #leastReal = Number.POSITIVE_INFINITY
  #greatestReal = Number.NEGATIVE_INFINITY
  #shortest = Number.POSITIVE_INFINITY
  #longest = 0

  constructor(place: number, tally: ColumnTally) {
    this.#place = place
    this.#tally = tally
  }

  add(row: RawRow): void {
    const place = this.#place
    switch (row.kinds[place]) {
      case RAW.integer:
        this.#addInteger(row.numbers[place]!)
        break
      case RAW.real:
        this.#addReal(row.numbers[place]!)
        break
      case RAW.text:
        this.#addText(row, row.starts[place]!, row.ends[place]!)
        break
      case RAW.blob:
        this.#addBlob(row.ends[place]! - row.starts[place]!)
        break
      case RAW.wide:
        this.#addWide(row.view.getBigInt64(row.starts[place]!))
    }
  }

  /** Hands the counts over. */
  finish(): void {
    const { real, blob } = this.#counts
    if (Number.isFinite(this.#least)) {
      this.#widen(BigInt(this.#least))
      this.#widen(BigInt(this.#greatest))
    }
    this.#tally.addClasses({
      ...this.#counts,
      ...(real > 0 && { leastReal: this.#leastReal, greatestReal: this.#greatestReal }),
      ...(blob > 0 && { shortestBlob: this.#shortest, longestBlob: this.#longest }),
    })
  }

  #addInteger(value: number): void {
    this.#counts.integer++
    if (value < this.#least) this.#least = value
    if (value > this.#greatest) this.#greatest = value
  }

  #addWide(value: bigint): void {
    this.#counts.integer++
    this.#widen(value)
  }

  #widen(value: bigint): void {
    const { min, max } = this.#counts
    if (min === null || value < min) this.#counts.min = value
    if (max === null || value > max) this.#counts.max = value
  }

  #addReal(value: number): void {
    this.#counts.real++
    if (value < this.#leastReal) this.#leastReal = value
    if (value > this.#greatestReal) this.#greatestReal = value
    const { decimals } = this.#tally
    // Those with the most digits before the point are the least and the greatest, which come at the end.
    if (decimals && !decimals.hasSeen(value)) decimals.addReal(value)
  }

  #addBlob(bytes: number): void {
    this.#counts.blob++
    this.#counts.blobBytes += bytes
    if (bytes < this.#shortest) this.#shortest = bytes
    if (bytes > this.#longest) this.#longest = bytes
  }

  #addText({ bytes, view }: RawRow, start: number, end: number): void {
    if (this.#tally.addBytes(bytes, view, start, end)) return
    this.#tally.addInvalid(1)
    const found = end - start > LARGE ? measure([bytes.subarray(start, end)], 'UTF-8') : undefined
    if (found && !(found.mayBeJson && this.#tally.mayBeJson)) this.#tally.addLargeText(found)
    else this.#tally.addText(bytes.toString('utf8', start, end))
  }
}
