/**
 * Encoders of binary COPY from the bytes of a row (`stores/raw-row.ts`): what `encode.ts` writes, with no value made in between.
 * What has no short way takes the one over the value, which also says why a cell does not fit.
 */
import type { TablePlan } from '../../model/plan.ts'
import type { LogicalType } from '../../model/types.ts'
import { cellOf, RAW, type RawRow } from '../raw-row.ts'
import { encoderFor } from './encode.ts'
import { int8 } from './encode-numbers.ts'
import { dayOf, microsOf } from './encode-raw-time.ts'
import { LARGEST_VALUE, type Writer } from './writer.ts'

type RawEncoder = (row: RawRow, place: number, writer: Writer) => void

/** The encoder of whole rows. @param places of the plan's columns in the rows */
export function rawRowEncoder(
  table: TablePlan,
  places: readonly number[],
): (row: RawRow, writer: Writer) => void {
  const encoders = table.columns.map(({ type, name }) =>
    rawEncoder(type, { table: table.name, column: name }),
  )
  const count = encoders.length
  return (row, writer) => {
    writer.int16(count)
    for (let i = 0; i < count; i++) encoders[i]!(row, places[i]!, writer)
  }
}

function rawEncoder(type: LogicalType, column: { table: string; column: string }): RawEncoder {
  const encode = encoderFor(type, column)
  const byValue: RawEncoder = (row, place, writer) => encode(cellOf(row, place), writer)
  const direct = shortWay(type)
  if (!direct) return byValue
  return (row, place, writer) => {
    if (row.kinds[place] === RAW.null) writer.int32(-1)
    else if (!direct(row, place, writer)) byValue(row, place, writer)
  }
}

/** Writes a cell that is not null. False: it is none of the usual ones, and nothing was written. */
type ShortWay = (row: RawRow, place: number, writer: Writer) => boolean

function shortWay(type: LogicalType): ShortWay | undefined {
  switch (type.kind) {
    case 'text':
      return text(type.maxLength ?? LARGEST_VALUE)
    case 'json':
      return text(LARGEST_VALUE, type.binary ? 1 : undefined)
    case 'bytes':
      return bytes
    case 'integer':
      return type.bits === 64 ? integer : undefined
    case 'float':
      return type.bits === 64 ? float : undefined
    case 'boolean':
      return boolean
    case 'date':
      return date
    case 'timestamp':
      return timestamp
    default:
      return undefined
  }
}

/** A text has no more characters than bytes. Before binary JSON stands its version. */
const text =
  (longest: number, lead?: number): ShortWay =>
  ({ kinds, bytes, starts, ends }, place, writer) => {
    if (kinds[place] !== RAW.text) return false
    const start = starts[place]!
    const end = ends[place]!
    return end - start <= longest && writer.text(bytes, start, end, lead)
  }

const bytes: ShortWay = ({ kinds, bytes, starts, ends }, place, writer) => {
  if (kinds[place] !== RAW.blob) return false
  const start = starts[place]!
  const length = ends[place]! - start
  if (length > LARGEST_VALUE) return false
  writer.int32(length)
  bytes.copy(writer.room(length), writer.at, start, start + length)
  writer.at += length
  return true
}

const integer: ShortWay = ({ kinds, numbers }, place, writer) => {
  if (kinds[place] !== RAW.integer) return false
  int8(numbers[place]!, writer)
  return true
}

const float: ShortWay = ({ kinds, numbers }, place, writer) => {
  if (kinds[place] !== RAW.real) return false
  writer.int32(8)
  writer.room(8).writeDoubleBE(numbers[place]!, writer.at)
  writer.at += 8
  return true
}

const boolean: ShortWay = ({ kinds, numbers }, place, writer) => {
  const value = numbers[place]!
  if (kinds[place] !== RAW.integer || (value !== 0 && value !== 1)) return false
  writer.int32(1)
  writer.room(1)[writer.at++] = value
  return true
}

const date: ShortWay = ({ kinds, bytes, starts, ends }, place, writer) => {
  const start = starts[place]!
  if (kinds[place] !== RAW.text || ends[place]! - start !== 10) return false
  const day = dayOf(bytes, start)
  if (day === undefined) return false
  writer.int32(4)
  writer.int32(day)
  return true
}

const timestamp: ShortWay = ({ kinds, bytes, starts, ends }, place, writer) => {
  if (kinds[place] !== RAW.text) return false
  const micros = microsOf(bytes, starts[place]!, ends[place]!)
  if (micros === undefined) return false
  int8(micros, writer)
  return true
}
