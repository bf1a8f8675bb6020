/**
 * Does a text have a form that another type prints back as it was? `TextFormat` says what each format is. The
 * formats fall into families; of one family a text is read once for all of them.
 */
import { asciiOf } from './ascii-text.ts'
import type { TextFormat } from './assessment.ts'
import { isDecimalOfBytes } from './decimal-format.ts'
import { isInetOfBytes } from './inet-format.ts'
import { jsonFormats } from './json-format.ts'
import { timeFormatsOfBytes } from './time-format.ts'
import { isUuidHexOfBytes, isUuidOfBytes } from './uuid-format.ts'

/** The formats of the family that the text from `start` to `end` has; the same array for texts of the same form. */
export type Classify = (bytes: Uint8Array, start: number, end: number) => readonly TextFormat[]

const NONE: readonly TextFormat[] = []
const UUID: readonly TextFormat[] = ['uuid']
const UUID_HEX: readonly TextFormat[] = ['uuid-hex']
const INET: readonly TextFormat[] = ['inet']
const DECIMAL: readonly TextFormat[] = ['decimal']
const TRUTH: readonly TextFormat[] = ['truth-word']

const CAPITAL_A = 0x41

const WORDS = new Set('true false yes no on off t f y n 1 0'.split(' ').map(packed))

/** A word of up to five letters or digits as a number, the same for either case. */
function packed(word: string): number {
  return packedBytes(asciiOf(word), 0, word.length)
}

function packedBytes(bytes: Uint8Array, start: number, end: number): number {
  let number = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    number = number * 256 + (byte >= CAPITAL_A ? byte | 0x20 : byte)
  }
  return number
}

const uuidFormats: Classify = (bytes, start, end) => {
  if (isUuidHexOfBytes(bytes, start, end)) return UUID_HEX
  return isUuidOfBytes(bytes, start, end) ? UUID : NONE
}

const truthFormats: Classify = (bytes, start, end) =>
  end - start <= 5 && WORDS.has(packedBytes(bytes, start, end)) ? TRUTH : NONE

/** Texts of all other families than JSON are nothing but ASCII, and without NUL. */
export const FAMILIES: readonly (Classify | 'json')[] = [
  timeFormatsOfBytes,
  'json',
  uuidFormats,
  (bytes, start, end) => (isInetOfBytes(bytes, start, end) ? INET : NONE),
  (bytes, start, end) => (isDecimalOfBytes(bytes, start, end) ? DECIMAL : NONE),
  truthFormats,
]

/** All formats that a text has. */
export function formatsOf(text: string): TextFormat[] {
  const bytes = asciiOf(text)
  return FAMILIES.flatMap(family => (family === 'json' ? jsonFormats(text) : family(bytes, 0, text.length)))
}
