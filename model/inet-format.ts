/** Internet addresses as PostgreSQL's `inet` prints them back, but for shortened zeros and case. */
import { isDigit } from './ascii-text.ts'

const WORD = /^[0-9a-f]{1,4}$/i
/** Eight groups of four, a dotted tail, a slash and three digits. */
const LONGEST = 49
const SLASH = 0x2f
const POINT = 0x2e
const COLON = 0x3a
const ZERO = 0x30

/** Whether the text from `start` to `end` is IPv4 or IPv6, with the length of a network mask unless it is the whole address; no zones. */
export function isInetOfBytes(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || end - start > LONGEST) return false
  let slash = start
  let bits = 32
  for (; slash < end && bytes[slash] !== SLASH; slash++) if (bytes[slash] === COLON) bits = 128
  if (slash < end && !(numberOf(bytes, slash + 1, end) < bits)) return false
  if (bits === 32) return isIpv4(bytes, start, slash)
  return isIpv6(String.fromCharCode(...bytes.subarray(start, slash)))
}

/** Up to three digits without a zero before them; NaN where they are none. */
function numberOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < 1 || length > 3 || (length > 1 && bytes[start] === ZERO)) return Number.NaN
  let number = 0
  for (let at = start; at < end; at++) {
    if (!isDigit(bytes[at]!)) return Number.NaN
    number = number * 10 + bytes[at]! - ZERO
  }
  return number
}

function isIpv4(bytes: Uint8Array, start: number, end: number): boolean {
  let parts = 0
  let from = start
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== POINT) continue
    if (!(numberOf(bytes, from, at) <= 255)) return false
    parts++
    from = at + 1
  }
  return parts === 4
}

function isIpv6(text: string): boolean {
  const words = wordsOf(text)
  return words !== undefined && text.includes('.') === printsDotted(words)
}

/** Eight words; undefined where the text is no address. */
function wordsOf(text: string): number[] | undefined {
  const gap = text.indexOf('::')
  const head = groups(gap < 0 ? text : text.slice(0, gap), gap < 0)
  const tail = gap < 0 ? [] : groups(text.slice(gap + 2), true)
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined
  return [...head, ...new Array<number>(missing).fill(0), ...tail]
}

/** Groups of 16 bits; the last two of an address may be four decimal octets. */
function groups(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return []
  const words: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (atEnd && i === parts.length - 1 && isIpv4(codesOf(part), 0, part.length)) {
      const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number]
      words.push(a * 256 + b, c * 256 + d)
    } else if (WORD.test(part)) words.push(Number.parseInt(part, 16))
    else return undefined
  }
  return words
}

const codesOf = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))

/** Whether PostgreSQL prints the end as four octets (`inet_net_ntop.c`): `::1.2.3.4` and `::ffff:1.2.3.4`. */
function printsDotted(words: readonly number[]): boolean {
  const zeros = words.findIndex(word => word !== 0)
  return zeros === 6 || (zeros === 5 && words[5] === 0xffff)
}
