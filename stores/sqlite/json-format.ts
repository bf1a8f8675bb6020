/**
 * Whether jsonb takes a text without loss: RFC 8259, and no object with a key twice, no `\u0000`, no lone
 * surrogate, no number beyond numeric or `-0`, which numeric prints as `0`. Order and spacing do not count.
 */

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

class Unfit extends Error {}

/** Throws `Unfit` at the first character that jsonb would refuse or change. */
class Reader {
  readonly #text: string
  #at = 0

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
    else if (first === 't' || first === 'f' || first === 'n') this.#match(LITERAL)
    else this.#number()
  }

  #object(depth: number): void {
    const keys = new Set<string>()
    this.#at++
    if (this.#takes('}')) return
    do {
      this.#blanks()
      const key = this.#string()
      if (keys.has(key)) throw new Unfit()
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
      this.#match(PLAIN)
      const mark = this.#text[this.#at++]
      if (mark === '"') break
      if (mark !== '\\') throw new Unfit()
      this.#match(ESCAPE)
      escaped = true
    }
    if (!escaped) return this.#text.slice(start + 1, this.#at - 1)
    const value = JSON.parse(this.#text.slice(start, this.#at)) as string
    if (value.includes('\0') || !value.isWellFormed()) throw new Unfit()
    return value
  }

  #number(): void {
    const [text, whole, fraction = '', exponent = '0'] = this.#match(NUMBER)
    if (text.startsWith('-') && !/[1-9]/.test(text.split(/e/i)[0]!)) throw new Unfit()
    const shift = Number(exponent)
    if (whole!.length + shift > MOST_BEFORE || fraction.length - shift > MOST_AFTER) throw new Unfit()
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

export function isLosslessJson(text: string): boolean {
  // Most texts of other columns end here, before a reader is made.
  if (!/^[ \t\n\r]*[[{"\-0-9tfn]/.test(text)) return false
  if (text.length * 3 > MOST_BYTES && Buffer.byteLength(text) > MOST_BYTES) return false
  try {
    new Reader(text).document()
    return true
  } catch (error) {
    if (error instanceof Unfit) return false
    throw error
  }
}
