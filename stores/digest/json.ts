/**
 * Canonical bytes of JSON in UTF-8, by a tokenizer of its own: `JSON.parse` rounds numbers and hides doubled
 * keys. Grammar of RFC 8259. The form, self-delimiting:
 *
 * `n` `t` `f` · `#` canonical decimal, sized · `"` unescaped UTF-8, sized · `[` items `]` ·
 * `{` members sorted by the bytes of their keys (sized UTF-8, then value) `}`
 */
import { sortMembers } from './json-members.ts'
import { isDigit, writeNumber } from './json-number.ts'
import type { Scratch } from './scratch.ts'
import { unfit } from './unfit.ts'

const COMMA = 0x2c
const COLON = 0x3a
const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const HASH = 0x23
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** What is read behind the last byte. */
const END = -1

/** Stands for an array on the stack, where an object has the place of its first member. */
const ARRAY = -1

/** One writer serves all cells of a column; nesting costs heap and no stack. */
export class JsonWriter {
  readonly #keepDoubles: boolean
  /** Open containers, the innermost last. */
  readonly #open: number[] = []
  /** Where the members of all open objects begin in the scratch. */
  readonly #members: number[] = []
  #bytes!: Buffer
  #view!: DataView
  #at = 0
  #end = 0
  #out!: Scratch

  /** Of equal keys the last one counts, as in `jsonb`; with `keepDoubles` each does, as in `json`. */
  constructor(keepDoubles: boolean) {
    this.#keepDoubles = keepDoubles
  }

  /** Appends the canonical form of the JSON in a part of `bytes`, of which `view` is one. Throws `Unfit` where it is none. */
  write(bytes: Buffer, view: DataView, start: number, end: number, out: Scratch): void {
    this.#bytes = bytes
    this.#view = view
    this.#at = start
    this.#end = end
    this.#out = out
    this.#open.length = this.#members.length = 0
    do {
      if (this.#value()) continue
      while (this.#open.length > 0 && !this.#next()) this.#close()
    } while (this.#open.length > 0)
    if (this.#blanks() !== END) notJson()
  }

  /** Reads a scalar, an empty container, or the beginning of one that is not: true, a value follows. */
  #value(): boolean {
    const byte = this.#blanks()
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#begin(byte)
    if (byte === QUOTE) {
      this.#out.byte(QUOTE)
      this.#string()
    } else if (byte === MINUS || isDigit(byte)) this.#number()
    else this.#word()
    return false
  }

  #begin(opening: number): boolean {
    this.#at++
    this.#out.byte(opening)
    this.#open.push(opening === OPEN_OBJECT ? this.#members.length : ARRAY)
    if (this.#blanks() === (opening === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      this.#close()
      return false
    }
    if (opening === OPEN_OBJECT) this.#key()
    return true
  }

  /** Behind a value: true where a comma says that another one follows. */
  #next(): boolean {
    if (this.#blanks() !== COMMA) return false
    this.#at++
    if (this.#open.at(-1) !== ARRAY) this.#key()
    return true
  }

  #close(): void {
    const first = this.#open.pop()!
    const close = first === ARRAY ? CLOSE_ARRAY : CLOSE_OBJECT
    if (this.#blanks() !== close) notJson()
    this.#at++
    if (first !== ARRAY) {
      sortMembers(this.#out, this.#members, first, this.#keepDoubles)
      this.#members.length = first
    }
    this.#out.byte(close)
  }

  #key(): void {
    if (this.#blanks() !== QUOTE) notJson()
    this.#members.push(this.#out.length)
    this.#string()
    if (this.#blanks() !== COLON) notJson()
    this.#at++
  }

  #string(): void {
    const bytes = this.#bytes
    const end = this.#end
    const start = this.#at + 1
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!
      if (byte === QUOTE) {
        this.#at = i + 1
        this.#out.sizedPart(bytes, this.#view, start, i)
        return
      }
      if (byte === BACKSLASH) {
        this.#escaped(start, i)
        return
      }
      if (byte < 0x20) notJson()
    }
    notJson()
  }

  /** A string with an escape at `from`. */
  #escaped(start: number, from: number): void {
    const bytes = this.#bytes
    let plain = ''
    let run = start
    let i = from
    for (let byte = bytes[i]!; byte !== QUOTE; byte = bytes[i]!) {
      if (byte < 0x20) notJson()
      if (byte === BACKSLASH) {
        const letter = String.fromCharCode(bytes[i + 1]!)
        plain += bytes.toString('utf8', run, i)
        plain += letter === 'u' ? this.#unicode(i + 2) : (ESCAPES.get(letter) ?? notJson())
        run = i += letter === 'u' ? 6 : 2
      } else i++
      if (i >= this.#end) notJson()
    }
    plain += bytes.toString('utf8', run, i)
    this.#at = i + 1
    this.#out.text(plain.isWellFormed() ? plain : plain.replace(/\p{Surrogate}/gu, spellHalf))
  }

  #unicode(at: number): string {
    const digits = this.#bytes.toString('latin1', at, at + 4)
    if (!/^[0-9a-f]{4}$/i.test(digits)) notJson()
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #number(): void {
    this.#out.byte(HASH)
    this.#at = writeNumber(this.#bytes, this.#at, this.#end, this.#out)
  }

  #word(): void {
    const { length } = WORDS.find(word => this.#isHere(word)) ?? notJson()
    this.#out.byte(this.#bytes[this.#at]!)
    this.#at += length
  }

  #isHere(word: Buffer): boolean {
    const end = this.#at + word.length
    return end <= this.#end && this.#bytes.compare(word, 0, word.length, this.#at, end) === 0
  }

  /** Skips blanks; gives the byte behind them. */
  #blanks(): number {
    const bytes = this.#bytes
    const end = this.#end
    for (let at = this.#at; at < end; at++) {
      const byte = bytes[at]!
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        this.#at = at
        return byte
      }
    }
    this.#at = end
    return END
  }
}

const WORDS = ['true', 'false', 'null'].map(word => Buffer.from(word))
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** UTF-8 has no half of a surrogate pair, `json` columns may: it stays spelled as an escape. */
const spellHalf = (half: string): string => `\\u${half.charCodeAt(0).toString(16)}`

function notJson(): never {
  return unfit('is not JSON')
}
