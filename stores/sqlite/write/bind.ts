/**
 * Fields of binary COPY as what SQLite is given for them, straight from the buffer. The spelling is that of
 * `come-back.ts`: what the other direction reads as the same value.
 */

import type { ColumnPlan, TablePlan } from '../../../model/plan.ts'
import { affinityOf } from '../../../model/translate/affinity.ts'
import type { LogicalType } from '../../../model/types.ts'
import { isoOf } from '../../convert-time.ts'
import { misfit } from '../../misfit.ts'
import { fieldReader, type SendFunction } from '../../postgres/copy-fields.ts'

export type Bound = number | bigint | string | Uint8Array

/** Reads one field that is not NULL. Bytes are a view that is good until the window moves. Throws `Misfit`. */
export type Binder = (bytes: Buffer, view: DataView, at: number, length: number) => Bound

/** The binder for fields of a format in a column of the plan. */
export function binderFor(table: TablePlan, column: ColumnPlan, format: SendFunction): Binder {
  // A number of JavaScript's is bound as a REAL, which these affinities make an integer of.
  const affinity = affinityOf(column.declared ?? '', table.strict)
  return byFormat(column.type, format, affinity === 'INTEGER' || affinity === 'NUMERIC')
}

function byFormat(type: LogicalType, format: SendFunction, takesWhole: boolean): Binder {
  const read = fieldReader(format)
  switch (format) {
    case 'boolsend':
      return takesWhole ? bytesAt : (bytes, _view, at) => BigInt(bytes[at]!)
    case 'int2send':
    case 'int4send':
    case 'int8send':
      return takesWhole
        ? (read as Binder)
        : (bytes, view, at, length) => BigInt(read(bytes, view, at, length) as number | bigint)
    case 'float4send':
    case 'float8send':
      return (bytes, view, at, length) => number(read(bytes, view, at, length) as number)
    case 'byteasend':
      return (bytes, _view, at, length) => bytes.subarray(at, at + length)
    case 'date_send':
      return (bytes, view, at, length) => dayText(read(bytes, view, at, length) as number)
    case 'time_send':
      return (bytes, view, at, length) => clockText(read(bytes, view, at, length) as number)
    case 'timestamp_send':
      return momentText(type)
    case 'uuid_send':
      return uuidText
    default:
      return read as Binder
  }
}

const bytesAt: Binder = (bytes, _view, at) => bytes[at]!

/** SQLite would keep NULL for it. */
const number = (value: number): number =>
  Number.isNaN(value) ? misfit('is NaN, which SQLite keeps as NULL') : value

const uuidText: Binder = (bytes, _view, at) => {
  const hex = bytes.toString('hex', at, at + 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const DAY_MICROS = 86_400_000_000
const MICROS: LogicalType = { kind: 'timestamp', zone: false }

/** Texts of days, by number since 1970: neighbouring rows share them more often than not. */
const days = new Map<number, string>()
/** Beyond, the texts are made anew. */
const MOST_DAYS = 50_000

function dayText(day: number): string {
  const known = days.get(day)
  if (known !== undefined) return known
  if (!Number.isFinite(day)) misfit('is infinite, which is no date of ISO 8601')
  const text = isoOf(BigInt(day) * BigInt(DAY_MICROS), { kind: 'date' })
  if (days.size >= MOST_DAYS) days.clear()
  days.set(day, text)
  return text
}

const TWO = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))

/** `HH:MM:SS`, with six decimals where it is no whole second. */
function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1e6)
  const fraction = micros - seconds * 1e6
  const text = `${TWO[Math.floor(seconds / 3600)]}:${TWO[Math.floor(seconds / 60) % 60]}:${TWO[seconds % 60]}`
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0')}`
}

function momentText(type: LogicalType): Binder {
  const read = fieldReader('timestamp_send')
  // Texts with and without decimals sort as their instants do: + stands before the point, and Z behind it.
  const end = type.kind === 'timestamp' && type.zone ? '+00:00' : ''
  return (bytes, view, at, length) => {
    const micros = read(bytes, view, at, length) as number | bigint
    if (typeof micros === 'bigint') return `${isoOf(micros, MICROS)}${end}`
    if (!Number.isFinite(micros)) misfit('is infinite, which is no moment of ISO 8601')
    const day = Math.floor(micros / DAY_MICROS)
    return `${dayText(day)} ${clockText(micros - day * DAY_MICROS)}${end}`
  }
}
