/**
 * Canonical bytes of JSON text, by a tokenizer of its own: `JSON.parse` rounds numbers and hides doubled
 * keys. Grammar of RFC 8259. The form, self-delimiting:
 *
 * `n` `t` `f` · `#` canonical decimal, sized · `"` unescaped UTF-8, sized · `[` items `]` ·
 * `{` members sorted by the bytes of their keys (sized UTF-8, then value) `}`
 */
import { canonicalDecimal, decimalOfNumber } from './decimal.ts'
import { sortMembers } from './json-members.ts'
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

/** Stands for an array on the stack, where an object has the place of its first member. */
const ARRAY = -1

/** One writer serves all cells of a column; nesting costs heap and no stack. */
export class JsonWriter {
  readonly #keepDoubles: boolean
  /** Open containers, the innermost last. */
  readonly #open: number[] = []
  /** Where the members of all open objects begin in the scratch. */
  readonly #members: number[] = []
  #text = ''
  #at = 0
  #out!: Scratch

  /** Of equal keys the last one counts, as in `jsonb`; with `keepDoubles` each does, as in `json`. */
  constructor(keepDoubles: boolean) {
    this.#keepDoubles = keepDoubles
  }

  /** Appends the canonical form of a JSON text. Throws `Unfit` where it is none. */
  write(text: string, out: Scratch): void {
    this.#text = text
    this.#at = 0
    this.#out = out
    this.#open.length = this.#members.length = 0
    do {
      if (this.#value()) continue
      while (this.#open.length > 0 && !this.#next()) this.#close()
    } while (this.#open.length > 0)
    this.#blanks()
    if (this.#at < text.length) notJson()
  }

  /** Reads a scalar, an empty container, or the beginning of one that is not: true, a value follows. */
  #value(): boolean {
    const unit = this.#blanks()
    if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) return this.#begin(unit)
    if (unit === QUOTE) {
      this.#out.byte(QUOTE)
      this.#string()
    } else if (unit === MINUS || isDigit(unit)) this.#number()
    else this.#word()
    return false
  }

  #begin(unit: number): boolean {
    this.#at++
    this.#out.byte(unit)
    this.#open.push(unit === OPEN_OBJECT ? this.#members.length : ARRAY)
    if (this.#blanks() === (unit === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      this.#close()
      return false
    }
    if (unit === OPEN_OBJECT) this.#key()
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
    const text = this.#text
    const start = this.#at + 1
    for (let i = start; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit === QUOTE) {
        this.#at = i + 1
        this.#out.textPart(text, start, i)
        return
      }
      if (unit === BACKSLASH) {
        this.#escaped(start, i)
        return
      }
      if (unit < 0x20) notJson()
    }
    notJson()
  }

  /** A string with an escape at `from`. */
  #escaped(start: number, from: number): void {
    const text = this.#text
    let plain = ''
    let run = start
    let i = from
    for (let unit = text.charCodeAt(i); unit !== QUOTE; unit = text.charCodeAt(i)) {
      if (!(unit >= 0x20)) notJson()
      if (unit !== BACKSLASH) {
        i++
        continue
      }
      const letter = text[i + 1] ?? ''
      plain += text.slice(run, i)
      plain += letter === 'u' ? this.#unicode(i + 2) : (ESCAPES.get(letter) ?? notJson())
      run = i += letter === 'u' ? 6 : 2
    }
    plain += text.slice(run, i)
    this.#at = i + 1
    this.#out.text(plain.isWellFormed() ? plain : plain.replace(/\p{Surrogate}/gu, spellHalf))
  }

  #unicode(at: number): string {
    const digits = this.#text.slice(at, at + 4)
    if (!/^[0-9a-f]{4}$/i.test(digits)) notJson()
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  #number(): void {
    this.#out.byte(HASH)
    const found = this.#smallInteger()
    if (found !== undefined) this.#out.text(decimalOfNumber(found))
    else {
      NUMBER.lastIndex = this.#at
      const text = NUMBER.exec(this.#text)?.[0] ?? notJson()
      this.#at += text.length
      this.#out.text(canonicalDecimal(text))
    }
  }

  /** Reads what most numbers are: up to 15 digits and nothing else; undefined, and nothing read, otherwise. */
  #smallInteger(): number | undefined {
    const text = this.#text
    let value = 0
    let i = this.#at
    for (let unit = text.charCodeAt(i); isDigit(unit); unit = text.charCodeAt(++i)) {
      value = value * 10 + unit - 0x30
    }
    const digits = i - this.#at
    const next = text.charCodeAt(i)
    const small = digits > 0 && digits < 16 && (text.charCodeAt(this.#at) !== 0x30 || digits === 1)
    if (!small || next === 0x2e || (next | 0x20) === 0x65) return undefined
    this.#at = i
    return value
  }

  #word(): void {
    const word = WORDS.find(w => this.#text.startsWith(w, this.#at)) ?? notJson()
    this.#at += word.length
    this.#out.byte(word.charCodeAt(0))
  }

  /** Skips blanks; gives the character behind them, NaN at the end. */
  #blanks(): number {
    const text = this.#text
    for (;;) {
      const unit = text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit
      this.#at++
    }
  }
}

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS = ['true', 'false', 'null']
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
