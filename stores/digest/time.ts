/**
 * Dates and times from ISO 8601 text, as far as SQLite databases hold them; no `Date`, so that neither the
 * machine's time zone nor its rounding to milliseconds has a say. Throws `Unfit` for everything else.
 */
import { unfit } from './unfit.ts'

const DAY_MICROS = 86_400_000_000
const BLANK = 0x20
const HYPHEN = 0x2d
const SMALL_T = 0x74
const LARGE_T = 0x54

/** `YYYY-MM-DD` as days since 1970-01-01. */
export function daysOf(text: string): number {
  if (text.length !== 10) unfit('is not a date (YYYY-MM-DD)')
  return dateAt(text)
}

/** `HH:MM[:SS[.ffffff]]`, or `24:00:00`, as microseconds since midnight. */
export function timeOf(text: string): number {
  if (END_OF_DAY.test(text)) return DAY_MICROS
  return clockAt(text, 0, text.length)
}

const END_OF_DAY = /^24:00(:00(\.0*)?)?$/

/**
 * `YYYY-MM-DD` and `HH:MM[:SS[.ffffff]]` with a blank or `T` between them, as microseconds since
 * 1970-01-01 00:00. With `zone`, `Z` or `±HH[[:]MM[:SS]]` may follow, and a text without it is UTC; without
 * `zone` an offset is unfit: it would be lost.
 */
export function timestampOf(text: string, zone: boolean): number | bigint {
  const separator = text.charCodeAt(10)
  if (separator !== BLANK && separator !== LARGE_T && separator !== SMALL_T) unfit('is not a timestamp')
  const end = endOfClock(text)
  const micros = clockAt(text, 11, end) - (end < text.length ? offsetAt(text, end, zone) : 0)
  const days = dateAt(text)
  const sum = days * DAY_MICROS + micros
  return Number.isSafeInteger(sum) ? sum : BigInt(days) * BigInt(DAY_MICROS) + BigInt(micros)
}

function endOfClock(text: string): number {
  let end = 11
  while (end < text.length && isClockCharacter(text.charCodeAt(end))) end++
  return end
}

/** Digits, colon and point. */
const isClockCharacter = (unit: number) => (unit >= 0x30 && unit <= 0x3a) || unit === 0x2e

/** The day that was asked for last: neighbouring rows share it more often than not. */
let lastDay = -1
let lastDays = 0

function dateAt(text: string): number {
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const date = two(text, 8)
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) unfit('is not a date (YYYY-MM-DD)')
  const day = (year * 100 + month) * 100 + date
  if (day === lastDay) return lastDays
  if (!(date >= 1 && date <= daysIn(year, month))) unfit('is not a date of the calendar')
  lastDays = daysFromCivil(year, month, date)
  lastDay = day
  return lastDays
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month >= 1 && month <= 12 ? 30 + ((month + (month >> 3)) & 1) : 0
}

/** Proleptic Gregorian calendar; Howard Hinnant, "chrono-compatible low-level date algorithms". */
export function daysFromCivil(year: number, month: number, date: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + date - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Microseconds of `HH:MM[:SS[.f…]]` between two places; decimals beyond the sixth have to be zeros. */
function clockAt(text: string, start: number, end: number): number {
  const length = end - start
  if (length !== 5 && length < 8) unfit('has no time of day (HH:MM:SS)')
  const hours = two(text, start)
  const minutes = two(text, start + 3)
  const seconds = length === 5 ? 0 : two(text, start + 6)
  const colons = text[start + 2] === ':' && (length === 5 || text[start + 5] === ':')
  if (!colons || !(hours <= 23 && minutes <= 59 && seconds <= 59)) unfit('has no time of day (HH:MM:SS)')
  const fraction = length > 8 ? microsAt(text, start + 8, end) : 0
  return (hours * 3600 + minutes * 60 + seconds) * 1e6 + fraction
}

function microsAt(text: string, point: number, end: number): number {
  if (text[point] !== '.' || end === point + 1) unfit('has no time of day (HH:MM:SS)')
  let micros = 0
  let unit = 100_000
  for (let i = point + 1; i < end; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) unfit('has no time of day (HH:MM:SS)')
    if (digit > 0 && unit < 1) unfit('is finer than a microsecond')
    micros += digit * unit
    unit = Math.floor(unit / 10)
  }
  return micros
}

/** Microseconds that an offset adds to UTC. */
function offsetAt(text: string, start: number, zone: boolean): number {
  if (!zone) unfit('has an offset, its column has none')
  const parts = OFFSET.exec(text.slice(start))
  if (!parts) unfit('has an offset that is none (Z, ±HH:MM)')
  if (!parts[1]) return 0
  const hours = Number(parts[2])
  const minutes = Number(parts[3] ?? 0)
  const seconds = Number(parts[4] ?? 0)
  if (hours > 15 || minutes > 59 || seconds > 59) unfit('has an offset that is none (Z, ±HH:MM)')
  return (parts[1] === '-' ? -1e6 : 1e6) * (hours * 3600 + minutes * 60 + seconds)
}

const OFFSET = /^ ?(?:[zZ]|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/

/** Two decimal digits; NaN where they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
