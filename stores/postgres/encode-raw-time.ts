/** Dates and times from the bytes of ISO texts, in their usual spelling. */

const HYPHEN = 0x2d
const BLANK = 0x20
const LARGE_T = 0x54
const COLON = 0x3a
const POINT = 0x2e

const DAY_SECONDS = 86_400
const SECOND = 1_000_000
/** Microseconds of a timestamp are safe integers from 1715 to 2285. */
const [FIRST_YEAR, LAST_YEAR] = [1715, 2284]

const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]

/** `YYYY-MM-DD` as days since 2000-01-01; undefined where it is none of the calendar, or before the year 1. */
export function dayOf(bytes: Buffer, at: number): number | undefined {
  if (bytes[at + 4] !== HYPHEN || bytes[at + 7] !== HYPHEN) return undefined
  const century = two(bytes, at)
  const inCentury = two(bytes, at + 2)
  const month = two(bytes, at + 5)
  const day = two(bytes, at + 8)
  if (century < 0 || inCentury < 0 || month < 1 || month > 12 || day < 1) return undefined
  const year = century * 100 + inCentury
  const isLeap = (year & 3) === 0 && (inCentury !== 0 || (century & 3) === 0)
  const days = BEFORE_MONTH[month]! - BEFORE_MONTH[month - 1]! + (month === 2 && isLeap ? 1 : 0)
  if (day > days || year < 1) return undefined
  const before = year - 1
  const leapDays = (before >> 2) - Math.floor(before / 100) + Math.floor(before / 400)
  const inYear = BEFORE_MONTH[month - 1]! + (month > 2 && isLeap ? 1 : 0) + day - 1
  return before * 365 + leapDays + inYear - 730_119
}

/**
 * `YYYY-MM-DD[T| ]HH:MM:SS[.f…]` with up to six decimals as microseconds since 2000-01-01; undefined where it is written in another
 * way, is no moment, or the number would not be exact.
 */
export function microsOf(bytes: Buffer, start: number, end: number): number | undefined {
  const length = end - start
  if (length < 19 || length > 26 || length === 20) return undefined
  const separator = bytes[start + 10]
  if (separator !== BLANK && separator !== LARGE_T) return undefined
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return undefined
  const day = dayOf(bytes, start)
  const hour = two(bytes, start + 11)
  const minute = two(bytes, start + 14)
  const second = two(bytes, start + 17)
  const isClock = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
  if (day === undefined || !isClock || !isExact(bytes, start)) return undefined
  const decimals = length === 19 ? 0 : decimalsOf(bytes, start + 19, end)
  if (decimals < 0) return undefined
  return (day * DAY_SECONDS + hour * 3600 + minute * 60 + second) * SECOND + decimals
}

function isExact(bytes: Buffer, start: number): boolean {
  const year = two(bytes, start) * 100 + two(bytes, start + 2)
  return year >= FIRST_YEAR && year <= LAST_YEAR
}

/** A point and its digits as microseconds; -1 where it is none. */
function decimalsOf(bytes: Buffer, point: number, end: number): number {
  if (bytes[point] !== POINT) return -1
  let micros = 0
  for (let at = point + 1; at < point + 7; at++) {
    const digit = at < end ? bytes[at]! - 0x30 : 0
    if (digit < 0 || digit > 9) return -1
    micros = micros * 10 + digit
  }
  return micros
}

/** Two decimal digits, or a number below 0. */
function two(bytes: Buffer, at: number): number {
  const tens = bytes[at]! - 0x30
  const ones = bytes[at + 1]! - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -100
}
