/**
 * Doubles quotes within a text, and makes one of two. Long texts go by their bytes: with many quotes a replacement in strings costs
 * ten times their size.
 */

/** Characters. */
const LONG = 1 << 20

export class Quotes {
  readonly #code: number
  readonly #one: RegExp
  readonly #two: RegExp
  /** As a replacement has them. */
  readonly #single: string
  readonly #double: string

  constructor(quote: string) {
    this.#code = quote.charCodeAt(0)
    this.#one = new RegExp(escaped(quote), 'g')
    this.#two = new RegExp(escaped(quote).repeat(2), 'g')
    this.#single = quote.replace('$', '$$$$')
    this.#double = this.#single.repeat(2)
  }

  doubled(text: string): string {
    if (!this.#byBytes(text)) return text.replace(this.#one, this.#double)
    const bytes = Buffer.from(text)
    let quotes = 0
    for (const byte of bytes) if (byte === this.#code) quotes++
    const out = Buffer.allocUnsafeSlow(bytes.length + quotes)
    let to = 0
    for (const byte of bytes) {
      out[to++] = byte
      if (byte === this.#code) out[to++] = byte
    }
    return out.toString()
  }

  /** Of a text in which all quotes are doubled. */
  undoubled(text: string): string {
    if (!this.#byBytes(text)) return text.replace(this.#two, this.#single)
    const bytes = Buffer.from(text)
    let to = 0
    for (let from = 0; from < bytes.length; from++) {
      if (bytes[from] === this.#code) from++
      bytes[to++] = bytes[from]!
    }
    return bytes.toString('utf8', 0, to)
  }

  #byBytes(text: string): boolean {
    return text.length >= LONG && this.#code < 0x80
  }
}

/** A character as a pattern has it. */
export const escaped = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`
