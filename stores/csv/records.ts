/** Cuts the text of a CSV file into records: RFC 4180, with any delimiter and quote. */
import type { BadRow, FileCell } from '../../model/files/batch.ts'
import { Bad } from './bad.ts'
import { type Dialect, Fields, INCOMPLETE } from './fields.ts'

/** Characters of one record. */
const LONGEST = 1 << 28
/** What is kept of a bad one, in characters. */
const RAW = 64 * 1024
const CR = 13

export class Records {
  readonly #dialect: Dialect
  readonly #fields: Fields
  readonly #longest: number
  /** Fields of a record; undefined: as many as there are. */
  width: number | undefined
  rows: FileCell[][] = []
  places: number[] = []
  bad: BadRow[] = []
  #text = ''
  #at = 0
  #last = false
  /** Text that waits until there is enough to look at what is not whole again. */
  #waiting: string[] = []
  #waits = 0
  /** The next quote at or behind `#at`. */
  #quoteAt = 0
  /** Of the character at `#at`, from 1. */
  #line = 1
  readonly #damaged = new Set<number>()
  /** The rest of a record that is too long is passed over: `quoted` where a quote of it is open. */
  #passing: 'quoted' | 'plain' | undefined

  constructor(dialect: Dialect, longest = LONGEST) {
    this.#dialect = dialect
    this.#fields = new Fields(dialect)
    this.#longest = longest
  }

  /** More text; `last`: nothing follows it. `damaged` has the lines in it, from 0, that are no text. */
  feed(text: string, last: boolean, damaged?: Set<number>): void {
    if (damaged) this.#noteDamaged(damaged)
    this.#last = last
    this.#waiting.push(text)
    this.#waits += text.length
    const rest = this.#text.length - this.#at
    // What is not whole is looked at anew only when there is twice as much: a long field would cost its square else.
    if (!last && this.#waits < rest && rest < this.#longest) return
    this.#text = this.#text.slice(this.#at) + this.#waiting.join('')
    this.#waiting = []
    this.#waits = this.#at = 0
    if (this.#passing) this.#passOver()
    this.#quoteAt = -1
  }

  /** Cuts up to `limit` records into `rows`, `places` and `bad`; false where more text is needed. */
  take(limit: number): boolean {
    if (this.#waiting.length > 0 || this.#passing) return false
    for (let left = limit; left > 0; left--) {
      if (this.#at >= this.#text.length) return false
      const newline = this.#text.indexOf(this.#dialect.newline, this.#at)
      if (newline < 0 && !this.#last) return this.#short()
      const end = newline < 0 ? this.#text.length : newline
      if (this.#nextQuote() > end) this.#plain(end)
      else if (!this.#quoted()) return this.#short()
    }
    return true
  }

  get isEmpty(): boolean {
    return this.rows.length + this.bad.length === 0
  }

  /** Gives what was cut so far, and begins anew. */
  cut(): { rows: FileCell[][]; places: number[]; bad: BadRow[] } {
    const { rows, places, bad } = this
    this.rows = []
    this.places = []
    this.bad = []
    return { rows, places, bad }
  }

  #nextQuote(): number {
    if (this.#quoteAt < this.#at) {
      const next = this.#text.indexOf(this.#dialect.quote, this.#at)
      this.#quoteAt = next < 0 ? Number.POSITIVE_INFINITY : next
    }
    return this.#quoteAt
  }

  /** A line without any quote. */
  #plain(newline: number): void {
    const text = this.#text
    const start = this.#at
    const end = this.#withoutCr(newline)
    if (end > start || this.width === 1) {
      const cells: (string | null)[] = text.slice(start, end).split(this.#dialect.delimiter)
      const none = this.#dialect.null
      for (let i = 0; i < cells.length; i++) if (cells[i] === none) cells[i] = null
      this.#add(cells, start, end, 1)
    }
    this.#at = newline + 1
    this.#line++
  }

  #withoutCr(newline: number): number {
    return newline > this.#at && this.#dialect.newline === '\n' && this.#text.charCodeAt(newline - 1) === CR
      ? newline - 1
      : newline
  }

  /** A record with quotes; false where its end is not at hand. */
  #quoted(): boolean {
    const start = this.#at
    const behind = this.#fields.parse(this.#text, start, this.#last)
    if (behind === INCOMPLETE) return false
    const end = Math.min(behind - 1, this.#text.length)
    const lines = this.#newlines(this.#text, start, end) + 1
    this.#add(this.#fields.cells, start, end, lines, this.#fields.fault)
    this.#at = behind
    this.#line += lines
    return true
  }

  #add(cells: (string | null)[], start: number, end: number, lines: number, fault?: Bad): void {
    const bad = this.#isDamaged(lines) ? Bad.encoding : (fault ?? this.#misfit(cells.length))
    if (bad) this.#addBad(bad, start, end)
    else {
      this.rows.push(cells)
      this.places.push(this.#line)
    }
  }

  /** Whether any of the next lines is no text. */
  #isDamaged(lines: number): boolean {
    if (this.#damaged.size === 0) return false
    for (let line = this.#line; line < this.#line + lines; line++) if (this.#damaged.has(line)) return true
    return false
  }

  #misfit(fields: number): Bad | undefined {
    if (this.width === undefined || fields === this.width) return undefined
    return fields > this.width ? Bad.tooMany(fields, this.width) : Bad.tooFew(fields, this.width)
  }

  #addBad({ rule, reason }: Bad, start: number, end: number): void {
    this.bad.push({
      place: this.#line,
      rule,
      reason,
      raw: this.#text.slice(start, Math.min(end, start + RAW)),
    })
  }

  /** Always false; a record that is too long is bad, and what is still to come of it will be passed over. */
  #short(): false {
    if (this.#text.length - this.#at < this.#longest) return false
    this.#addBad(Bad.tooLong(this.#longest), this.#at, this.#text.length)
    const quotes = occurrences(this.#text, this.#dialect.quote, this.#at, this.#text.length)
    this.#passing = quotes % 2 === 1 ? 'quoted' : 'plain'
    this.#line += this.#newlines(this.#text, this.#at, this.#text.length)
    this.#at = this.#text.length
    return false
  }

  /** Drops the text up to the end of the record that was too long. */
  #passOver(): void {
    const text = this.#text
    const { newline, quote } = this.#dialect
    let open = this.#passing === 'quoted'
    let at = 0
    for (;;) {
      const nextQuote = text.indexOf(quote, at)
      const nextLine = open ? -1 : text.indexOf(newline, at)
      if (nextLine >= 0 && (nextQuote < 0 || nextLine < nextQuote)) {
        this.#passing = undefined
        at = nextLine + 1
        break
      }
      if (nextQuote < 0) {
        this.#passing = this.#last ? undefined : open ? 'quoted' : 'plain'
        at = text.length
        break
      }
      open = !open
      at = nextQuote + 1
    }
    this.#line += this.#newlines(text, 0, at)
    this.#text = text.slice(at)
  }

  /** Lines of the text that is fed next. */
  #noteDamaged(lines: Set<number>): void {
    let line = this.#line + this.#newlines(this.#text, this.#at, this.#text.length)
    for (const text of this.#waiting) line += this.#newlines(text, 0, text.length)
    for (const old of this.#damaged) if (old < this.#line) this.#damaged.delete(old)
    for (const number of lines) this.#damaged.add(line + number)
  }

  #newlines(text: string, from: number, to: number): number {
    return occurrences(text, this.#dialect.newline, from, to)
  }
}

function occurrences(text: string, mark: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf(mark, from); at >= 0 && at < to; at = text.indexOf(mark, at + 1)) count++
  return count
}
