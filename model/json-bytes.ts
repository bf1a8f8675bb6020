/**
 * JSON texts read from their bytes: most of them are so plain that no string is needed to see what PostgreSQL keeps
 * of them. What is not is left to `json-format.ts`, which has the rules.
 */
import { isDigit } from './ascii-text.ts'
import { areHexDigits } from './uuid-format.ts'

/** Levels and keys of an object that are looked at here. */
const MOST_LEVELS = 32
const MOST_KEYS = 32
/** Digits before and after the point, and bytes of a document. */
const MOST_DIGITS = 1000
const MOST_BYTES = 0x0fffffff / 3

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const HYPHEN = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** By byte: 1 for what may follow a backslash by itself. */
const ESCAPED = new Uint8Array(256)
for (const mark of '"\\/bfnrt') ESCAPED[mark.charCodeAt(0)] = 1

const WORDS = ['true', 'false', 'null'].map(word => [...word].map(letter => letter.charCodeAt(0)))

/** Holds no text when its turn is over: it may be large. */
const NOTHING: Uint8Array = new Uint8Array(0)
let bytes = NOTHING
let at = 0
let end = 0
/** Where the keys of the objects around the place stand, by level. */
const keyStarts = new Int32Array((MOST_LEVELS + 1) * MOST_KEYS)
const keyEnds = new Int32Array((MOST_LEVELS + 1) * MOST_KEYS)

/**
 * Whether the text from `from` to `upTo`, which is valid UTF-8, is JSON that jsonb keeps; false also where this is not
 * certain: there are exponents, escapes in a key, `\u0000`, surrogates, a zero behind a minus, a key twice, or very much
 * of something.
 */
export function isPlainJson(text: Uint8Array, from: number, upTo: number): boolean {
  bytes = text
  at = from
  end = upTo
  const plain = upTo - from <= MOST_BYTES && value(0) && isEnd()
  bytes = NOTHING
  return plain
}

/** The first byte that is no blank; NaN where there is none. */
export function firstOf(text: Uint8Array, from: number, upTo: number): number {
  let first = from
  while (first < upTo && isBlank(text[first]!)) first++
  return first < upTo ? text[first]! : Number.NaN
}

function isEnd(): boolean {
  blanks()
  return at === end
}

function value(level: number): boolean {
  blanks()
  if (at >= end || level > MOST_LEVELS) return false
  const first = bytes[at]!
  if (first === QUOTE) return string()
  if (first === 0x7b) return object(level)
  if (first === 0x5b) return array(level)
  return first === HYPHEN || isDigit(first) ? number() : word()
}

function object(level: number): boolean {
  at++
  if (takes(0x7d)) return true
  for (let key = level * MOST_KEYS; key < (level + 1) * MOST_KEYS; key++) {
    blanks()
    keyStarts[key] = at
    if (!name()) return false
    keyEnds[key] = at
    if (isTwice(level * MOST_KEYS, key) || !takes(COLON) || !value(level + 1)) return false
    if (!takes(COMMA)) return takes(0x7d)
  }
  return false
}

function array(level: number): boolean {
  at++
  if (takes(0x5d)) return true
  do if (!value(level + 1)) return false
  while (takes(COMMA))
  return takes(0x5d)
}

function string(): boolean {
  if (at >= end || bytes[at] !== QUOTE) return false
  for (at++; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      at++
      return true
    }
    if (byte < 0x20 || (byte === BACKSLASH && !escaped())) return false
  }
  return false
}

/** Goes to the last byte of an escape; those of NUL and of surrogates are not plain. */
function escaped(): boolean {
  at++
  if (at >= end) return false
  if (bytes[at] !== 0x75) return ESCAPED[bytes[at]!] === 1
  if (at + 4 >= end) return false
  const code = Number.parseInt(String.fromCharCode(...bytes.subarray(at + 1, at + 5)), 16)
  at += 4
  return areHexDigits(bytes, at - 3, at + 1) && code > 0 && (code < 0xd800 || code > 0xdfff)
}

/** A key without escapes: with them it may be the same as one that is written in another way. */
function name(): boolean {
  const from = at
  if (!string()) return false
  for (let i = from; i < at; i++) if (bytes[i] === BACKSLASH) return false
  return true
}

function number(): boolean {
  const from = at
  if (bytes[at] === HYPHEN) at++
  const whole = at
  if (!digits() || (at > whole + 1 && bytes[whole] === ZERO)) return false
  if (at < end && bytes[at] === POINT) {
    at++
    if (!digits()) return false
  }
  if (at < end && (bytes[at]! | 0x20) === 0x65) return false
  return whole === from || bytes[whole] !== ZERO
}

function digits(): boolean {
  const from = at
  while (at < end && isDigit(bytes[at]!)) at++
  return at > from && at - from <= MOST_DIGITS
}

function word(): boolean {
  const found = WORDS.find(letters => letters[0] === bytes[at])
  if (!found || at + found.length > end) return false
  for (const letter of found) if (bytes[at++] !== letter) return false
  return true
}

/** Whether a key stands before in the same object. */
function isTwice(first: number, key: number): boolean {
  const start = keyStarts[key]!
  const length = keyEnds[key]! - start
  for (let other = first; other < key; other++) {
    const from = keyStarts[other]!
    if (keyEnds[other]! - from !== length) continue
    let same = 0
    while (same < length && bytes[from + same] === bytes[start + same]) same++
    if (same === length) return true
  }
  return false
}

function takes(mark: number): boolean {
  blanks()
  if (at >= end || bytes[at] !== mark) return false
  at++
  return true
}

function blanks(): void {
  while (at < end && isBlank(bytes[at]!)) at++
}

const isBlank = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
