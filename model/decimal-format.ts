/** Decimals as texts, as PostgreSQL's `numeric` prints them back. */
import { isDigit } from './ascii-text.ts'

/** PostgreSQL's numeric: digits before the point, and after it. */
const MOST_BEFORE = 131_072
const MOST_AFTER = 16_383
const HYPHEN = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** Whether the text from `start` to `end` is one: no exponent, no zeros before the number, and no `-0`. */
export function isDecimalOfBytes(bytes: Uint8Array, start: number, end: number): boolean {
  const whole = bytes[start] === HYPHEN ? start + 1 : start
  const point = endOfDigits(bytes, whole, end)
  const before = point - whole
  if (before < 1 || before > MOST_BEFORE || (before > 1 && bytes[whole] === ZERO)) return false
  if (point < end && !(bytes[point] === POINT && isFraction(bytes, point + 1, end))) return false
  return whole === start || !isZero(bytes, whole, end)
}

function isFraction(bytes: Uint8Array, start: number, end: number): boolean {
  const digits = endOfDigits(bytes, start, end) - start
  return digits >= 1 && digits <= MOST_AFTER && start + digits === end
}

function endOfDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(bytes[at]!)) at++
  return at
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > ZERO) return false
  return true
}
