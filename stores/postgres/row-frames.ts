/** Rows on their way into a binary COPY, encoded into frames that are ready to be sent. */
import { Failure } from '../../model/failure.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { isLarge, mayBeLarge } from '../large.ts'
import type { RawRows } from '../raw-row.ts'
import { encoderFor } from './encode.ts'
import { largeRowEncoder } from './encode-large.ts'
import { rawRowEncoder } from './encode-raw.ts'
import { Writer } from './writer.ts'

export class RowFrames {
  /** Rows encoded so far. */
  rows = 0
  readonly writer = new Writer()
  readonly #table: TablePlan

  constructor(table: TablePlan) {
    this.#table = table
  }

  /** The frames that are full; what is begun stays in the writer. */
  async *ofValues(batches: AsyncIterable<Row[]>): AsyncIterable<Buffer[]> {
    const { writer } = this
    const encode = rowEncoder(this.#table)
    const inParts = mayBeLarge(this.#table) ? largeRowEncoder(this.#table) : undefined
    for await (const batch of batches) {
      for (const row of batch) {
        if (inParts && row.some(isLarge)) yield* inParts(row, writer)
        else encode(row, writer)
        this.rows++
        const frames = writer.take()
        if (frames) yield frames
      }
    }
  }

  /** The same from bytes. */
  *ofRaw({ places, batches }: RawRows): Iterable<Buffer[]> {
    const { writer } = this
    const encode = rawRowEncoder(this.#table, places)
    for (const batch of batches) {
      for (let i = 0; i < batch.count; i++) {
        encode(batch.row(i), writer)
        this.rows++
        const frames = writer.take()
        if (frames) yield frames
      }
    }
  }
}

function rowEncoder(table: TablePlan): (row: Row, writer: Writer) => void {
  const { length } = table.columns
  const sent = table.columns.flatMap(({ generated }, at) => (generated === undefined ? [at] : []))
  const encoders = sent.map(at => {
    const { type, name } = table.columns[at]!
    return encoderFor(type, { table: table.name, column: name })
  })
  const count = encoders.length
  return (row, writer) => {
    if (row.length !== length)
      throw new Failure({ code: 'internal', message: 'a row has not as many cells as columns' })
    writer.int16(count)
    for (let i = 0; i < count; i++) encoders[i]!(row[sent[i]!]!, writer)
  }
}
