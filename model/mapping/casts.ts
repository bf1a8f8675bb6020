/** What a value becomes in a column of a type: as PostgreSQL would read it, or a refusal; nothing is rounded or cut. */
import { printReal } from '../print-real.ts'
import { timeFormats } from '../time-format.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { isoMoment, isoText, type Moment, shifted, type Zone } from './dates.ts'
import type { Cast } from './mapping.ts'
import { type MappedCell, type Outcome, Refusal } from './refusal.ts'

/** Never called with NULL. */
export type Casting = (value: Exclude<MappedCell, null>) => Outcome

export const CAST_TYPES: Record<Cast, LogicalType> = {
  text: { kind: 'text' },
  integer: { kind: 'integer', bits: 64 },
  number: { kind: 'float', bits: 64 },
  decimal: { kind: 'numeric' },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp', zone: false },
  uuid: { kind: 'uuid' },
  json: { kind: 'json', binary: true },
}

/** @param zone of texts that name no offset; where the column has clocks on walls: that of the clock, for texts that name one */
export function castingTo(type: LogicalType, column: string, zone?: Zone): Casting {
  const refused = new Refusal('cast', `the value of ${column} is none of type ${showType(type)}`)
  switch (type.kind) {
    case 'boolean':
      return value => truth(value) ?? refused
    case 'integer':
      return value => whole(value, type.bits) ?? refused
    case 'float':
      return value => float(value) ?? refused
    case 'numeric':
      return value => decimal(value, type) ?? refused
    case 'text':
      return text(type.maxLength, column, refused)
    case 'bytes':
      return value => (value instanceof Uint8Array ? value : refused)
    case 'date':
      return value => (typeof value === 'string' ? (day(value) ?? refused) : refused)
    case 'time':
      return value => (typeof value === 'string' && timeFormats(value).includes('time') ? value : refused)
    case 'timestamp':
      return value =>
        typeof value === 'string' ? (moment(value, type.zone, zone, column) ?? refused) : refused
    case 'uuid':
      return value => (typeof value === 'string' ? (uuid(value) ?? refused) : refused)
    case 'json':
      return value => json(value) ?? refused
    case 'inet':
    case 'native':
    case 'cell':
      return value => printed(value) ?? refused
    default:
      return value => value
  }
}

const TRUTH: Record<string, bigint> = {
  ...{ true: 1n, t: 1n, yes: 1n, y: 1n, on: 1n, '1': 1n },
  ...{ false: 0n, f: 0n, no: 0n, n: 0n, off: 0n, '0': 0n },
}

function truth(value: Exclude<MappedCell, null>): bigint | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : String(value)
  return Object.hasOwn(TRUTH, word) ? TRUTH[word] : undefined
}

const BITS = { 16: 2n ** 15n, 32: 2n ** 31n, 64: 2n ** 63n }

function whole(value: Exclude<MappedCell, null>, bits: 16 | 32 | 64): bigint | undefined {
  const read = wholeOf(value)
  return read !== undefined && read >= -BITS[bits] && read < BITS[bits] ? read : undefined
}

function wholeOf(value: Exclude<MappedCell, null>): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string') return undefined
  const digits = /^\s*([+-]?)(\d{1,19})(?:\.0+)?\s*$/.exec(value)
  return digits ? BigInt(`${digits[1] === '-' ? '-' : ''}${digits[2]}`) : undefined
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i
/** So many digits come back from a double as they were. */
const DIGITS_OF_DOUBLE = 15

function float(value: Exclude<MappedCell, null>): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : undefined
  if (typeof value !== 'string' || !NUMBER.test(value)) return undefined
  const spelled = value.trim().toLowerCase()
  const plain = spelled.replace(/e.*$/, '').replace(/(\.\d*?)0+$/, '$1')
  const digits = plain.replace(/\D/g, '').replace(/^0+/, '')
  const read = Number(spelled)
  const isWhole = digits.length <= DIGITS_OF_DOUBLE || String(read) === spelled
  return isWhole && Number.isFinite(read) ? read : undefined
}

/** Decimals as texts: SQLite's own numbers may not have all their digits. */
function decimal(
  value: Exclude<MappedCell, null>,
  { precision, scale = 0 }: { precision?: number; scale?: number },
): string | bigint | undefined {
  const spelled =
    typeof value === 'number' ? plainReal(value) : typeof value === 'string' ? value.trim() : value
  if (spelled instanceof Uint8Array || spelled === undefined) return undefined
  const parts = /^([+-]?)0*(\d*)(?:\.(\d*))?$/.exec(String(spelled))
  if (!parts || !/\d/.test(String(spelled))) return undefined
  const fraction = (parts[3] ?? '').replace(/0+$/, '')
  if (precision !== undefined && (parts[2]!.length > precision - scale || fraction.length > scale))
    return undefined
  if (typeof spelled === 'bigint') return spelled
  const sign = parts[1] === '-' ? '-' : ''
  return `${sign}${parts[2] || '0'}${parts[3] ? `.${parts[3]}` : ''}`
}

const plainReal = (value: number): string | undefined => {
  const text = printReal(value)
  return text.includes('e') ? undefined : text.replace(/\.0$/, '')
}

function text(maxLength: number | undefined, column: string, refused: Refusal): Casting {
  const tooLong = new Refusal('too-long', `the value of ${column} has more than ${maxLength} characters`)
  return value => {
    const read = printed(value)
    if (read === undefined) return refused
    // UTF-16 has at least as many units as there are characters.
    return maxLength === undefined || read.length <= maxLength || [...read].length <= maxLength
      ? read
      : tooLong
  }
}

function printed(value: Exclude<MappedCell, null>): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return printReal(value)
  return typeof value === 'bigint' ? String(value) : undefined
}

function day(value: string): string | undefined {
  const read = isoMoment(value.trim())
  if (!read) return undefined
  const { hour, minute, second, micros } = read.clock ?? { hour: 0, minute: 0, second: 0, micros: 0 }
  return hour + minute + second + micros === 0 && !read.offset
    ? isoText({ year: read.year, month: read.month, day: read.day })
    : undefined
}

function moment(value: string, zoned: boolean, zone: Zone | undefined, column: string): Outcome | undefined {
  const parsed = isoMoment(value.trim())
  if (!parsed) return undefined
  const read = { ...parsed, clock: parsed.clock ?? { hour: 0, minute: 0, second: 0, micros: 0 } }
  if (zoned) return zone && read.offset === undefined ? inZone(read, zone, column) : isoText(read)
  if (read.offset === undefined) return isoText(read)
  if (zone) return isoText(onWall(shifted(read, zone.at(read))))
  return new Refusal(
    'date',
    `the time of ${column} names an offset, and the column of the target has none: name the zone whose clock is meant with zone`,
  )
}

const onWall = ({ offset: _, ...wall }: Moment): Moment => wall

function inZone(read: Moment, zone: Zone, column: string): Outcome {
  const offset = zone.ofWall(read)
  if (offset === undefined)
    return new Refusal('date', `the time of ${column} is never or twice on a clock of its zone`)
  return isoText(shifted({ ...read, offset }, 0))
}

function uuid(value: string): string | undefined {
  const hex = value
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(hex)) return undefined
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function json(value: Exclude<MappedCell, null>): string | undefined {
  if (value instanceof Uint8Array) return undefined
  if (typeof value !== 'string') return printed(value)
  try {
    JSON.parse(value)
    return value
  } catch {
    return undefined
  }
}
