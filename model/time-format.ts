/**
 * Dates and times as texts. Strict: what PostgreSQL would print differently in more than `decisions.md` allows
 * is not of a format. Read by character codes: a scan asks for each text of a column of times.
 */
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
  const { length } = text
  if (length < 5 || length > LONGEST) return NONE
  if (text.charCodeAt(2) === COLON) return clockFormats(text)
  if (!hasDate(text)) return NONE
  if (length === 10) return DATE
  const separator = text.charCodeAt(10)
  if (separator !== BLANK && separator !== T) return NONE
  const end = endOfClock(text, 11)
  if (end === length) return end === 16 ? SHORT : LOCAL
  return end > 16 ? offsetFormats(text, end) : NONE
}

function clockFormats(text: string): readonly TextFormat[] {
  const end = endOfClock(text, 0)
  if (end !== text.length) return NONE
  return end === 5 ? SHORT_CLOCK : CLOCK
}

/** PostgreSQL takes offsets up to 15:59 (its MAX_TZDISP_HOUR). */
function offsetFormats(text: string, at: number): readonly TextFormat[] {
  const sign = text.charCodeAt(at)
  if (sign === Z) return text.length === at + 1 ? UTC : NONE
  if ((sign !== PLUS && sign !== HYPHEN) || text.length !== at + 6) return NONE
  const hours = two(text, at + 1)
  const minutes = two(text, at + 4)
  if (text.charCodeAt(at + 3) !== COLON || !(hours <= 15 && minutes <= 59)) return NONE
  return sign === PLUS && hours + minutes === 0 ? UTC : OFFSET
}

/** Whether a text begins with a day of the calendar, years 1 to 9999. */
function hasDate(text: string): boolean {
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return false
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 && isLeap ? 29 : DAYS[month - 1]!)
}

/** Where `HH:MM[:SS[.ffffff]]` ends that begins at `start`; −1 where there is none. */
function endOfClock(text: string, start: number): number {
  if (!(two(text, start) <= 23 && text.charCodeAt(start + 2) === COLON && two(text, start + 3) <= 59))
    return -1
  if (text.charCodeAt(start + 5) !== COLON) return start + 5
  if (!(two(text, start + 6) <= 59)) return -1
  const seconds = start + 8
  if (text.charCodeAt(seconds) !== POINT) return seconds
  let end = seconds + 1
  while (isDigit(text.charCodeAt(end))) end++
  return end > seconds + 1 && end <= seconds + 7 ? end : -1
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39

/** Two decimal digits; NaN where they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
