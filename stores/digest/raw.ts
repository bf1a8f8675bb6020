/**
 * Canonical bytes from the bytes of a row (`stores/raw-row.ts`): as `canonical.ts` makes them from values, and with no help of the
 * encoders. What has no short way takes the one over the value.
 */
import type { TablePlan } from '../../model/plan.ts'
import type { LogicalType } from '../../model/types.ts'
import { cellOf, RAW, type RawRow } from '../raw-row.ts'
import { CLASS, NULL, VALUE, writeFloat, writerFor } from './canonical.ts'
import type { Digester } from './digester.ts'
import { JsonWriter } from './json.ts'
import type { Scratch } from './scratch.ts'
import { daysFromCivil, daysIn } from './time.ts'

type RawWriter = (row: RawRow, place: number, out: Scratch) => void

/** Adds rows to a digest, from their bytes. @param places of the plan's columns in the rows */
export function rawDigester(
  digester: Digester,
  table: TablePlan,
  places: readonly number[],
): (row: RawRow) => void {
  const writers = table.columns.map(({ type }) => writerOf(type))
  let row!: RawRow
  const write = (column: number, out: Scratch) => writers[column]!(row, places[column]!, out)
  return next => {
    row = next
    digester.addBy(write)
  }
}

function writerOf(type: LogicalType): RawWriter {
  const write = writerFor(type, 'source')
  const byValue: RawWriter = (row, place, out) => write(cellOf(row, place), out)
  const direct = shortWay(type)
  if (!direct) return byValue
  return (row, place, out) => {
    if (row.kinds[place] === RAW.null) out.byte(NULL)
    else if (!direct(row, place, out)) byValue(row, place, out)
  }
}

/** Writes a cell that is not null. False: it is none of the usual ones, and nothing was written. */
type ShortWay = (row: RawRow, place: number, out: Scratch) => boolean

function shortWay(type: LogicalType): ShortWay | undefined {
  switch (type.kind) {
    case 'text':
      return sized(RAW.text)
    case 'bytes':
      return sized(RAW.blob)
    case 'integer':
      return integer
    case 'float':
      return float
    case 'boolean':
      return boolean
    case 'timestamp':
      return timestamp
    case 'json':
      return json(new JsonWriter(!type.binary))
    case 'cell':
      return asItStands
    default:
      return undefined
  }
}

const sized =
  (kind: number): ShortWay =>
  ({ kinds, bytes, view, starts, ends }, place, out) => {
    if (kinds[place] !== kind) return false
    out.byte(VALUE)
    out.sizedPart(bytes, view, starts[place]!, ends[place]!)
    return true
  }

const json =
  (writer: JsonWriter): ShortWay =>
  ({ kinds, bytes, view, starts, ends }, place, out) => {
    if (kinds[place] !== RAW.text) return false
    out.byte(VALUE)
    writer.write(bytes, view, starts[place]!, ends[place]!, out)
    return true
  }

const asItStands: ShortWay = ({ kinds, numbers, bytes, view, starts, ends }, place, out) => {
  out.byte(VALUE)
  switch (kinds[place]) {
    case RAW.integer:
      out.byte(CLASS.integer)
      out.int64(numbers[place]!)
      return true
    case RAW.wide:
      out.byte(CLASS.integer)
      out.int64(view.getBigInt64(starts[place]!))
      return true
    case RAW.real:
      out.byte(CLASS.real)
      writeFloat(numbers[place]!, out)
      return true
    default:
      out.byte(kinds[place] === RAW.text ? CLASS.text : CLASS.blob)
      out.sizedPart(bytes, view, starts[place]!, ends[place]!)
      return true
  }
}

const integer: ShortWay = ({ kinds, numbers }, place, out) => {
  if (kinds[place] !== RAW.integer) return false
  out.byte(VALUE)
  out.int64(numbers[place]!)
  return true
}

const float: ShortWay = ({ kinds, numbers }, place, out) => {
  if (kinds[place] !== RAW.real) return false
  out.byte(VALUE)
  // One zero: SQLite has no other.
  out.float64(numbers[place]! === 0 ? 0 : numbers[place]!)
  return true
}

const boolean: ShortWay = ({ kinds, numbers }, place, out) => {
  const value = numbers[place]!
  if (kinds[place] !== RAW.integer || (value !== 0 && value !== 1)) return false
  out.byte(VALUE)
  out.byte(value)
  return true
}

/** `YYYY-MM-DD HH:MM:SS`, with up to six decimals, in the years in which microseconds are exact. */
const timestamp: ShortWay = ({ kinds, bytes, starts, ends }, place, out) => {
  const at = starts[place]!
  const length = ends[place]! - at
  if (kinds[place] !== RAW.text || length < 19 || length > 26 || length === 20) return false
  const micros = microsAt(bytes, at, length)
  if (!Number.isSafeInteger(micros)) return false
  out.byte(VALUE)
  out.int64(micros)
  return true
}

/** Microseconds since 1970-01-01; NaN where it is written in another way, or is no moment. */
function microsAt(bytes: Buffer, at: number, length: number): number {
  const separator = bytes[at + 10]
  const isWritten =
    bytes[at + 4] === HYPHEN &&
    bytes[at + 7] === HYPHEN &&
    (separator === BLANK || separator === LARGE_T) &&
    bytes[at + 13] === COLON &&
    bytes[at + 16] === COLON &&
    (length === 19 || bytes[at + 19] === POINT)
  if (!isWritten) return Number.NaN
  const year = number(bytes, at, at + 4)
  const month = number(bytes, at + 5, at + 7)
  const day = number(bytes, at + 8, at + 10)
  const hours = number(bytes, at + 11, at + 13)
  const minutes = number(bytes, at + 14, at + 16)
  const seconds = number(bytes, at + 17, at + 19)
  const isMoment = day >= 1 && day <= daysIn(year, month) && hours <= 23 && minutes <= 59 && seconds <= 59
  if (!isMoment) return Number.NaN
  const decimals = length === 19 ? 0 : number(bytes, at + 20, at + length) * UNITS[length - 20]!
  return (daysFromCivil(year, month, day) * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1e6 + decimals
}

/** Of one decimal, two, … six. */
const UNITS = [0, 100_000, 10_000, 1000, 100, 10, 1]

const HYPHEN = 0x2d
const BLANK = 0x20
const LARGE_T = 0x54
const COLON = 0x3a
const POINT = 0x2e

/** Decimal digits; NaN where one is none. */
function number(bytes: Buffer, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}
