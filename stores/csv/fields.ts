/**
 * The fields of a record that has quotes. A quote within a field that does not begin with one, and text behind a closing one, mean
 * different things to different programs: such records are bad.
 */
import { Bad } from './bad.ts'
import { Quotes } from './quotes.ts'

export interface Dialect {
  delimiter: string
  quote: string
  /** CRLF counts as LF. */
  newline: '\n' | '\r'
  /** How NULL is spelled, without quotes. */
  null: string
}

/** The end of the record is not in the text. */
export const INCOMPLETE = -1

const CR = 13

export class Fields {
  readonly #dialect: Dialect
  readonly #quote: number
  readonly #delimiter: number
  readonly #newline: number
  readonly #quotes: Quotes
  /** Of the record that was read last. */
  cells: (string | null)[] = []
  fault: Bad | undefined
  #text = ''
  #last = false

  constructor(dialect: Dialect) {
    this.#dialect = dialect
    this.#quote = dialect.quote.charCodeAt(0)
    this.#delimiter = dialect.delimiter.charCodeAt(0)
    this.#newline = dialect.newline.charCodeAt(0)
    this.#quotes = new Quotes(dialect.quote)
  }

  /** Reads the record that begins at `at`; gives the place behind its end. `last`: the end of the text is one, too. */
  parse(text: string, at: number, last: boolean): number {
    this.#text = text
    this.#last = last
    this.cells = []
    this.fault = undefined
    for (let more = true; more; ) {
      const end = text.charCodeAt(at) === this.#quote ? this.#quotedField(at) : this.#plainField(at)
      if (end === INCOMPLETE) return end
      more = text.charCodeAt(end) === this.#delimiter
      at = end + 1
    }
    return at
  }

  /** Adds the field that begins with the quote at `at`; the place of what ends it. */
  #quotedField(at: number): number {
    const text = this.#text
    const { quote } = this.#dialect
    let end = text.indexOf(quote, at + 1)
    let isDoubled = false
    while (end >= 0 && text.charCodeAt(end + 1) === this.#quote) {
      isDoubled = true
      end = text.indexOf(quote, end + 2)
    }
    if (!this.#last && (end < 0 || end + 1 === text.length)) return INCOMPLETE
    if (end < 0) {
      this.fault = Bad.unclosed
      return text.length
    }
    const value = text.slice(at + 1, end)
    this.cells.push(isDoubled ? this.#quotes.undoubled(value) : value)
    return this.#behindQuote(end + 1)
  }

  /** What may follow a closing quote: a delimiter or the end of the line. */
  #behindQuote(at: number): number {
    const text = this.#text
    if (at >= text.length) return text.length
    const code = text.charCodeAt(at)
    if (code === this.#delimiter || code === this.#newline) return at
    if (code === CR) {
      if (at + 1 === text.length) return this.#last ? text.length : INCOMPLETE
      if (text.charCodeAt(at + 1) === this.#newline) return at + 1
    }
    this.fault = Bad.behindQuote
    return this.#endOfPlain(at)
  }

  #plainField(at: number): number {
    const end = this.#endOfPlain(at)
    if (end === INCOMPLETE) return end
    const value = this.#text.slice(at, this.#endsWithCr(at, end) ? end - 1 : end)
    this.cells.push(value === this.#dialect.null ? null : value)
    return end
  }

  #endsWithCr(from: number, end: number): boolean {
    const isAtEnd = this.#text.charCodeAt(end) !== this.#delimiter
    return isAtEnd && end > from && this.#newline !== CR && this.#text.charCodeAt(end - 1) === CR
  }

  /** Fields are short: looking at each character is faster than searching for three of them. */
  #endOfPlain(from: number): number {
    const text = this.#text
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === this.#delimiter || code === this.#newline) return at
      if (code === this.#quote) this.fault ??= Bad.quoteWithin
    }
    return this.#last ? text.length : INCOMPLETE
  }
}
