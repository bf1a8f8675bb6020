/** Numbers of JSON, from their bytes to the canonical decimal (`decimal.ts`). */
import { canonicalDecimal } from './decimal.ts'
import type { Scratch } from './scratch.ts'
import { unfit } from './unfit.ts'

const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const LOWER_E = 0x65

/** RFC 8259. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Appends the decimal, sized, of the number that begins at `start`; gives the place behind it. Throws `Unfit`. */
export function writeNumber(bytes: Buffer, start: number, limit: number, out: Scratch): number {
  const before = out.length
  const end = plain(bytes, start, limit, out)
  if (end > 0) return end
  out.length = before
  return exponential(bytes, start, limit, out)
}

/** As all of them, with an exponent or not. */
function exponential(bytes: Buffer, start: number, limit: number, out: Scratch): number {
  let end = start
  while (end < limit && isOfNumber(bytes[end]!)) end++
  const text = bytes.toString('latin1', start, end)
  if (!NUMBER.test(text)) unfit('is not JSON')
  out.text(canonicalDecimal(text))
  return end
}

/** As most are, digits with a point or without: the place behind; 0 where it is none of these. */
function plain(bytes: Buffer, start: number, limit: number, out: Scratch): number {
  const first = bytes[start] === MINUS ? start + 1 : start
  const sized = out.length
  out.uint32(0)
  if (first > start) out.byte(MINUS)
  const digits = out.length
  let significant = digits
  let point = 0
  let at = first
  for (; at < limit && isOfNumber(bytes[at]!); at++) {
    const byte = bytes[at]!
    if (byte === POINT && point === 0) point = at
    else if (!isDigit(byte)) return 0
    else if (byte !== ZERO || out.length > digits) {
      out.byte(byte)
      if (byte !== ZERO) significant = out.length
    }
  }
  const whole = (point || at) - first
  const isNumber = whole > 0 && (point === 0 || point < at - 1) && (whole === 1 || bytes[first] !== ZERO)
  if (!isNumber) return 0
  const zeros = out.length - significant
  if (significant > digits) power(zeros - (point ? at - point - 1 : 0), significant, out)
  else zero(sized, out)
  out.view.setUint32(sized, out.length - sized - 4, true)
  return at
}

/** Behind the digits that count. */
function power(power: number, behind: number, out: Scratch): void {
  out.length = behind
  out.byte(LOWER_E)
  const text = String(power)
  for (let i = 0; i < text.length; i++) out.byte(text.charCodeAt(i))
}

/** Every zero is one, without a sign. */
function zero(sized: number, out: Scratch): void {
  out.length = sized + 4
  out.byte(ZERO)
}

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

const isOfNumber = (byte: number): boolean =>
  isDigit(byte) || byte === POINT || byte === MINUS || byte === PLUS || (byte | 0x20) === LOWER_E
