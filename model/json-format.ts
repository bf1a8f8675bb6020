/**
 * What PostgreSQL takes of a JSON text. `json` keeps any text of RFC 8259 as it is. jsonb changes, or refuses,
 * objects with a key twice, `\u0000`, lone surrogates, numbers beyond numeric, and `-0`, which numeric prints
 * as `0`; order and spacing do not count.
 */
import type { TextFormat } from './assessment.ts'
import { firstOf, isPlainJson } from './json-bytes.ts'

const NONE: readonly TextFormat[] = []
const KEPT: readonly TextFormat[] = ['json-text']
const KEPT_DOCUMENT: readonly TextFormat[] = ['json-document', 'json-text']
const LOSSLESS: readonly TextFormat[] = ['json', 'json-text']
const LOSSLESS_DOCUMENT: readonly TextFormat[] = ['json', 'json-document', 'json-text']

/** PostgreSQL 15's parser recurses: at its default max_stack_depth of 2 MB it takes 12,000 levels, not 15,000. */
const MOST_LEVELS = 1000
/** jsonb counts the bytes of a document in 28 bits. */
const MOST_BYTES = 0x0fffffff
/** numeric: digits before and after the point. */
const MOST_BEFORE = 131_072
const MOST_AFTER = 16_383

const NUMBER = /-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y
const LITERAL = /true|false|null/y
// Everything that may stand in a string without a second look.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y

/** What JSON can begin with, behind blanks. */
const FIRST = /[[{"\-0-9tfn]/

class Unfit extends Error {}

/** Throws `Unfit` at the first character that is no JSON. */
class Reader {
  readonly #text: string
  #at = 0
  /** Whether jsonb keeps all that was read. */
  lossless = true

  constructor(text: string) {
    this.#text = text
  }

  document(): void {
    this.#value(0)
    this.#blanks()
    if (this.#at < this.#text.length) throw new Unfit()
  }

  #value(depth: number): void {
    if (depth > MOST_LEVELS) throw new Unfit()
    this.#blanks()
    const first = this.#text[this.#at]
    if (first === '{') this.#object(depth)
    else if (first === '[') this.#array(depth)
    else if (first === '"') this.#string()
    else if (first === 't' || first === 'f' || first === 'n') this.#skip(LITERAL)
    else this.#number()
  }

  #object(depth: number): void {
    const keys = new Set<string>()
    this.#at++
    if (this.#takes('}')) return
    do {
      this.#blanks()
      const key = this.#string()
      if (keys.has(key)) this.lossless = false
      keys.add(key)
      this.#expect(':')
      this.#value(depth + 1)
    } while (this.#takes(','))
    this.#expect('}')
  }

  #array(depth: number): void {
    this.#at++
    if (this.#takes(']')) return
    do this.#value(depth + 1)
    while (this.#takes(','))
    this.#expect(']')
  }

  /** The string with its escapes resolved, so that `"a"` and `"\u0061"` are the same key. */
  #string(): string {
    if (this.#text[this.#at] !== '"') throw new Unfit()
    const start = this.#at++
    let escaped = false
    for (;;) {
      this.#skip(PLAIN)
      const mark = this.#text[this.#at++]
      if (mark === '"') break
      if (mark !== '\\') throw new Unfit()
      this.#skip(ESCAPE)
      escaped = true
    }
    if (!escaped) return this.#text.slice(start + 1, this.#at - 1)
    const value = JSON.parse(this.#text.slice(start, this.#at)) as string
    if (value.includes('\0') || !value.isWellFormed()) this.lossless = false
    return value
  }

  #number(): void {
    const [text, whole, fraction = '', exponent = '0'] = this.#match(NUMBER)
    if (text.startsWith('-') && !/[1-9]/.test(text.split(/e/i)[0]!)) this.lossless = false
    const shift = Number(exponent)
    if (whole!.length + shift > MOST_BEFORE || fraction.length - shift > MOST_AFTER) this.lossless = false
  }

  /** As `#match`, without making anything of what was found. */
  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) throw new Unfit()
    this.#at = pattern.lastIndex
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (!found) throw new Unfit()
    this.#at = pattern.lastIndex
    return found
  }

  #blanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #takes(mark: string): boolean {
    this.#blanks()
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) throw new Unfit()
  }
}

/** The formats of JSON that a text has; the same array for texts of the same form. */
export function jsonFormats(text: string): readonly TextFormat[] {
  // Most texts of other columns end here, before a reader is made.
  const first = /^[ \t\n\r]*([[{"\-0-9tfn])/.exec(text)?.[1]
  if (first === undefined) return NONE
  const reader = new Reader(text)
  try {
    reader.document()
  } catch (error) {
    if (error instanceof Unfit) return NONE
    throw error
  }
  const isDocument = first === '{' || first === '['
  // Three bytes a character at most: jsonb has room for a text, or it is taken for too long.
  if (reader.lossless && text.length * 3 <= MOST_BYTES) return isDocument ? LOSSLESS_DOCUMENT : LOSSLESS
  return isDocument ? KEPT_DOCUMENT : KEPT
}

/** The same for the text from `start` to `end`, which is valid UTF-8; undefined where it takes a string to tell. */
export function jsonFormatsOfBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
): readonly TextFormat[] | undefined {
  const first = firstOf(bytes, start, end)
  if (!FIRST.test(String.fromCharCode(first))) return NONE
  if (!isPlainJson(bytes, start, end)) return undefined
  return first === 0x7b || first === 0x5b ? LOSSLESS_DOCUMENT : LOSSLESS
}
