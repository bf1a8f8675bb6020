/** Rows with values of many megabytes: encoded in parts, so that each part can be sent before the next is made. */
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { LargeValue, Row } from '../../model/types.ts'
import { isLarge } from '../large.ts'
import { type Encoder, encoderFor } from './encode.ts'
import { unfit } from './encode-failure.ts'
import { LARGEST_VALUE, type Writer } from './writer.ts'

/** Bytes that are sent before the next are encoded. */
const SLICE = 1024 * 1024

/** Yields frames to be sent while the row is encoded. Throws `Failure('value')` as encoders do. */
export type LargeRowEncoder = (row: Row, writer: Writer) => Iterable<Buffer[]>

/** What the target generates is not sent. */
export function largeRowEncoder(table: TablePlan): LargeRowEncoder {
  const columns = table.columns.flatMap((column, at) =>
    column.generated !== undefined
      ? []
      : {
          at,
          column,
          encode: encoderFor(column.type, { table: table.name, column: column.name }),
        },
  )
  return (row, writer) => encodeRow(table, columns, row, writer)
}

type Columns = { at: number; column: ColumnPlan; encode: Encoder }[]

function* encodeRow(table: TablePlan, columns: Columns, row: Row, writer: Writer): Iterable<Buffer[]> {
  writer.int16(columns.length)
  for (const { at, column, encode } of columns) {
    const cell = row[at]!
    if (!isLarge(cell)) encode(cell, writer)
    else {
      for (const part of encodeLarge(table, column, cell)) {
        if (typeof part === 'number') writer.int32(part)
        else writer.append(part)
        const frames = writer.take()
        if (frames) yield frames
      }
    }
  }
}

/** Its length, then its bytes. */
function* encodeLarge(
  table: TablePlan,
  { name, type }: ColumnPlan,
  value: LargeValue,
): Iterable<number | Uint8Array> {
  const refuse = (why: string): never => {
    throw unfit({ table: table.name, column: name }, type, why)
  }
  if (value.kind !== type.kind) refuse(type.kind === 'text' ? 'it is no text' : 'it is no blob')
  if (value.bytes > LARGEST_VALUE) refuse('it is larger than PostgreSQL takes')
  yield value.bytes
  for (const piece of value.pieces()) {
    if (value.kind === 'text' && piece.includes(0)) {
      refuse('it holds a NUL character, which PostgreSQL cannot store')
    }
    for (let at = 0; at < piece.length; at += SLICE) {
      yield piece.subarray(at, at + SLICE)
    }
  }
}
