/** Identifiers of 128 bits as texts: hyphenated, or 32 digits without anything between them. */

const HYPHEN = 0x2d

/** By byte: 0 for a hexadecimal digit, of either case. */
const NO_DIGIT = new Uint8Array(256).fill(1)
for (const digit of '0123456789abcdefABCDEF') NO_DIGIT[digit.charCodeAt(0)] = 0

export function isUuidHexOfBytes(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 32 && areHexDigits(bytes, start, end)
}

export function isUuidOfBytes(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 36) return false
  for (let at = start + 8; at <= start + 23; at += 5) if (bytes[at] !== HYPHEN) return false
  return (
    areHexDigits(bytes, start, start + 8) &&
    areHexDigits(bytes, start + 9, start + 13) &&
    areHexDigits(bytes, start + 14, start + 18) &&
    areHexDigits(bytes, start + 19, start + 23) &&
    areHexDigits(bytes, start + 24, end)
  )
}

/** Without a way out in between: nearly always all of them are. The distance is a multiple of four. */
export function areHexDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let wrong = 0
  for (let at = start; at < end; at += 4) {
    wrong |=
      NO_DIGIT[bytes[at]!]! |
      NO_DIGIT[bytes[at + 1]!]! |
      NO_DIGIT[bytes[at + 2]!]! |
      NO_DIGIT[bytes[at + 3]!]!
  }
  return wrong === 0
}
