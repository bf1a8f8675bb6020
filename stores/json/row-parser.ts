/**
 * Reads objects of JSON as rows. A parser of its own, as it keeps the digits of numbers, the text of nested values and sees keys that
 * stand twice: `JSON.parse` hides all three.
 */
import type { FileCell } from '../../model/files/batch.ts'
import type { Cells } from './cells.ts'
import { behindBlanks, INCOMPLETE, nestedEnd, stringEnd } from './skip.ts'

/** The text is no JSON, or no row: `fault` says why. */
export const MALFORMED = -2

export interface Fault {
  rule: 'json' | 'key' | 'duplicate-key' | 'too-many-columns'
  reason: string
}

const NO_JSON: Fault = { rule: 'json', reason: 'it is no valid JSON' }
const NUL: Fault = { rule: 'key', reason: 'a key of it has a NUL in it' }
const TWICE: Fault = { rule: 'duplicate-key', reason: 'a key stands in it more than once' }
/** What SQLite takes in one statement. */
const MOST_COLUMNS = 32_766
const TOO_MANY: Fault = {
  rule: 'too-many-columns',
  reason: `with it there would be more than ${MOST_COLUMNS} columns`,
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

export class RowParser {
  readonly #cells: Cells
  /** The keys so far, in the order in which they were seen. */
  readonly columns: string[] = []
  readonly #places = new Map<string, number>()
  /** How keys are mostly spelled: `"name":`. */
  readonly #spelled: string[] = []
  row: (FileCell | undefined)[] = []
  fault: Fault = NO_JSON
  /** Whether the last row had a key that no other one before had. */
  grew = false
  #text = ''
  #backslash = -1

  constructor(cells: Cells, columns: readonly string[] = []) {
    this.#cells = cells
    for (const name of columns) this.#column(name)
  }

  /** Reads the object that begins at `at` into `row`; gives the place behind it, `INCOMPLETE` or `MALFORMED`. */
  parse(text: string, at: number): number {
    if (this.#text !== text) {
      this.#text = text
      this.#backslash = -1
    }
    this.grew = false
    this.fault = NO_JSON
    this.row = new Array(this.columns.length)
    const end = this.#object(at)
    if (end >= 0) for (let i = 0; i < this.row.length; i++) if (this.row[i] === undefined) this.row[i] = null
    return end
  }

  /** Forgets the text: it may be large. */
  release(): void {
    this.#text = ''
  }

  #object(start: number): number {
    const text = this.#text
    let at = behindBlanks(text, start + 1)
    if (text.charCodeAt(at) === 0x7d) return at + 1
    for (let expected = 0; ; expected++) {
      const spelled = this.#spelled[expected]
      let column = expected
      let twice = false
      if (spelled !== undefined && text.startsWith(spelled, at)) at += spelled.length
      else {
        const end = this.#key(at)
        if (end < 0) return end
        column = this.#found
        at = end
      }
      if (this.row[column] !== undefined) twice = true
      at = this.#value(behindBlanks(text, at), column)
      if (at < 0) return at
      if (twice) return this.#bad(TWICE)
      at = behindBlanks(text, at)
      const code = text.charCodeAt(at)
      if (code === 0x7d) return at + 1
      if (at >= text.length) return INCOMPLETE
      if (code !== 0x2c) return this.#bad(NO_JSON)
      at = behindBlanks(text, at + 1)
    }
  }

  /** The column of the key that was read last. */
  #found = 0

  /** Behind the colon of a key. */
  #key(at: number): number {
    const text = this.#text
    if (at >= text.length) return INCOMPLETE
    if (text.charCodeAt(at) !== 0x22) return this.#bad(NO_JSON)
    const end = stringEnd(text, at)
    if (end < 0) return end
    const colon = behindBlanks(text, end)
    if (colon >= text.length) return INCOMPLETE
    const name = parsed(text.slice(at, end))
    if (text.charCodeAt(colon) !== 0x3a || typeof name !== 'string') return this.#bad(NO_JSON)
    const known = this.#places.get(name)
    if (known === undefined) {
      if (name.includes('\0')) return this.#bad(NUL)
      if (this.columns.length === MOST_COLUMNS) return this.#bad(TOO_MANY)
    }
    this.#found = known ?? this.#column(name)
    return colon + 1
  }

  #column(name: string): number {
    this.grew = true
    this.#places.set(name, this.columns.length)
    this.#spelled.push(`${JSON.stringify(name)}:`)
    return this.columns.push(name) - 1
  }

  /** Reads a value into a column of the row. */
  #value(at: number, column: number): number {
    const text = this.#text
    switch (text.charCodeAt(at)) {
      case 0x22:
        return this.#string(at, column)
      case 0x7b:
      case 0x5b:
        return this.#nested(at, column)
      case 0x74:
        return this.#word(at, column, 'true', this.#cells.truth(true))
      case 0x66:
        return this.#word(at, column, 'false', this.#cells.truth(false))
      case 0x6e:
        return this.#word(at, column, 'null', null)
      default:
        return at < text.length ? this.#number(at, column) : INCOMPLETE
    }
  }

  #string(at: number, column: number): number {
    const text = this.#text
    const end = text.indexOf('"', at + 1)
    if (end < 0) return INCOMPLETE
    if (this.#backslash < at) {
      const next = text.indexOf('\\', at)
      this.#backslash = next < 0 ? Number.POSITIVE_INFINITY : next
    }
    if (this.#backslash > end) {
      this.row[column] = text.slice(at + 1, end)
      return end + 1
    }
    const behind = stringEnd(text, at)
    if (behind < 0) return behind
    const value = parsed(text.slice(at, behind))
    if (value === undefined) return this.#bad(NO_JSON)
    this.row[column] = value as string
    return behind
  }

  #nested(at: number, column: number): number {
    const end = nestedEnd(this.#text, at)
    if (end < 0) return end
    const json = this.#text.slice(at, end)
    if (parsed(json) === undefined) return this.#bad(NO_JSON)
    this.row[column] = this.#cells.nested(json)
    return end
  }

  #word(at: number, column: number, word: string, cell: FileCell): number {
    if (this.#text.startsWith(word, at)) {
      this.row[column] = cell
      return at + word.length
    }
    return this.#text.length - at < word.length ? INCOMPLETE : this.#bad(NO_JSON)
  }

  #number(at: number, column: number): number {
    NUMBER.lastIndex = at
    if (!NUMBER.test(this.#text)) return this.#text.length - at < 2 ? INCOMPLETE : this.#bad(NO_JSON)
    const end = NUMBER.lastIndex
    if (end === this.#text.length) return INCOMPLETE
    this.row[column] = this.#cells.number(this.#text.slice(at, end))
    return end
  }

  #bad(fault: Fault): number {
    this.fault = fault
    return MALFORMED
  }
}

/** What a text says in JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
