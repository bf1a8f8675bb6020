/**
 * Dates and times as texts. Strict: what PostgreSQL would print differently in more than `decisions.md` allows
 * is not of a format. Read byte by byte: a scan asks for each text of a column of times.
 */
import { asciiOf, isDigit } from './ascii-text.ts'
import type { TextFormat } from './assessment.ts'

const NONE: readonly TextFormat[] = []
const CLOCK: readonly TextFormat[] = ['time', 'clock-spelling']
const SHORT_CLOCK: readonly TextFormat[] = ['clock-spelling']
const DATE: readonly TextFormat[] = ['date', 'time-spelling']
const SHORT: readonly TextFormat[] = ['time-spelling']
const LOCAL: readonly TextFormat[] = ['timestamp', 'timestamp-any', 'time-spelling']
const UTC: readonly TextFormat[] = ['timestamptz-utc', 'timestamptz', 'timestamp-any']
const OFFSET: readonly TextFormat[] = ['timestamptz', 'timestamp-any']

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const COLON = 0x3a
const HYPHEN = 0x2d
const POINT = 0x2e
const BLANK = 0x20
const T = 0x54
const Z = 0x5a
const PLUS = 0x2b

/** The longest text of a time: date, `T`, six decimals, offset. */
const LONGEST = 32

/** The formats of time that a text has; the same array for texts of the same form. */
export function timeFormats(text: string): readonly TextFormat[] {
  return text.length > LONGEST ? NONE : timeFormatsOfBytes(asciiOf(text), 0, text.length)
}

/** The same for a text that stands from `start` to `end`. */
export function timeFormatsOfBytes(bytes: Uint8Array, start: number, end: number): readonly TextFormat[] {
  const length = end - start
  if (length < 5 || length > LONGEST) return NONE
  if (bytes[start + 2] === COLON) return clockFormats(bytes, start, end)
  if (length < 10 || !hasDate(bytes, start)) return NONE
  if (length === 10) return DATE
  const separator = bytes[start + 10]
  if (separator !== BLANK && separator !== T) return NONE
  const clock = start + 11
  const after = endOfClock(bytes, clock, end)
  if (after === end) return end === clock + 5 ? SHORT : LOCAL
  return after > clock + 5 ? offsetFormats(bytes, after, end) : NONE
}

function clockFormats(bytes: Uint8Array, start: number, end: number): readonly TextFormat[] {
  if (endOfClock(bytes, start, end) !== end) return NONE
  return end === start + 5 ? SHORT_CLOCK : CLOCK
}

/** PostgreSQL takes offsets up to 15:59 (its MAX_TZDISP_HOUR). */
function offsetFormats(bytes: Uint8Array, at: number, end: number): readonly TextFormat[] {
  const sign = bytes[at]
  if (sign === Z) return end === at + 1 ? UTC : NONE
  if ((sign !== PLUS && sign !== HYPHEN) || end !== at + 6) return NONE
  const hours = two(bytes, at + 1)
  const minutes = two(bytes, at + 4)
  if (bytes[at + 3] !== COLON || !(hours <= 15 && minutes <= 59)) return NONE
  return sign === PLUS && hours + minutes === 0 ? UTC : OFFSET
}

/** Whether ten bytes are a day of the calendar, years 1 to 9999. */
function hasDate(bytes: Uint8Array, start: number): boolean {
  if (bytes[start + 4] !== HYPHEN || bytes[start + 7] !== HYPHEN) return false
  const year = two(bytes, start) * 100 + two(bytes, start + 2)
  const month = two(bytes, start + 5)
  const day = two(bytes, start + 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 && isLeap ? 29 : DAYS[month - 1]!)
}

/** Where `HH:MM[:SS[.ffffff]]` ends that begins at `start`; −1 where there is none. */
function endOfClock(bytes: Uint8Array, start: number, end: number): number {
  if (end < start + 5 || bytes[start + 2] !== COLON) return -1
  if (!(two(bytes, start) <= 23 && two(bytes, start + 3) <= 59)) return -1
  const seconds = start + 5
  if (seconds === end || bytes[seconds] !== COLON) return seconds
  if (end < seconds + 3 || !(two(bytes, seconds + 1) <= 59)) return -1
  const point = seconds + 3
  if (point === end || bytes[point] !== POINT) return point
  let after = point + 1
  while (after < end && isDigit(bytes[after]!)) after++
  return after > point + 1 && after <= point + 7 ? after : -1
}

/** Two decimal digits; NaN where they are none. */
function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48
  const ones = bytes[at + 1]! - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
