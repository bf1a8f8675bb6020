/** What a cell of a sheet is: as any spreadsheet means it, or as longhaul wrote it. */
import type { FileCell } from '../../model/files/batch.ts'
import { affinityOf } from '../../model/translate/affinity.ts'
import type { Book } from './book.ts'
import { unescapeText } from './escapes.ts'
import { isDecimalsCode, type Mark, markOf } from './marks.ts'
import { countsOf, isoOf, textOfMoment } from './moments.ts'
import type { SharedStrings } from './shared-strings.ts'
import type { SheetCell } from './sheet-rows.ts'

/** Makes its row no row. */
export class BadCell extends Error {
  readonly rule: string
  constructor(rule: string, reason: string) {
    super(reason)
    this.rule = rule
  }
}

const LARGEST_INTEGER = 2n ** 63n

export class Cells {
  readonly #book: Book
  readonly #strings: SharedStrings
  readonly #counts = new Map<string, ReturnType<typeof countsOf>>()

  constructor(book: Book, strings: SharedStrings) {
    this.#book = book
    this.#strings = strings
  }

  /** The text of a cell, or what stands for it in the XML. */
  raw({ type, value }: SheetCell): string {
    if (value === undefined) return ''
    return unescapeText(type === 's' ? this.#strings.at(Number(value)) : value)
  }

  /** As any spreadsheet means it; throws `BadCell`. */
  plain(cell: SheetCell): FileCell {
    const { type, value, isFormula } = cell
    if (isFormula && (value === undefined || (value === '' && type === 'n')))
      throw new BadCell('formula', 'a formula has no result: a spreadsheet has to compute and save it')
    if (value === undefined) return null
    if (type === 'e')
      throw new BadCell('cell-error', 'the result of a formula is an error, or a cell holds one')
    if (type === 'b') return value === '1' || value === 'true'
    if (type !== 'n') return this.raw(cell)
    return value === '' ? null : this.#number(value, this.#codeOf(cell))
  }

  /** As SQLite had it; `next` gives the cell in which a long text goes on. Throws `BadCell`. */
  kept(cell: SheetCell, isWhole: boolean, next: () => SheetCell | undefined): FileCell {
    const { type, value, isFormula } = cell
    if (isFormula || value === undefined || type === 'e' || type === 'd') return this.plain(cell)
    if (type === 'b') return value === '1' || value === 'true' ? 1n : 0n
    const code = this.#codeOf(cell)
    return type === 'n' ? this.#keptNumber(cell, code, isWhole) : this.#keptText(cell, markOf(code), next)
  }

  #keptNumber(cell: SheetCell, code: string, isWhole: boolean): FileCell {
    const number = Number(cell.value)
    const isReal = code === '' || markOf(code) === 'real' || isDecimalsCode(code)
    if (isReal && !(isWhole && Number.isSafeInteger(number))) return number
    return textOfMoment(number, code) ?? this.plain(cell)
  }

  #keptText(cell: SheetCell, mark: Mark | undefined, next: () => SheetCell | undefined): FileCell {
    let text = this.raw(cell)
    for (let more = mark; more && MORE.has(more); ) {
      const part = next()
      if (!part) throw new BadCell('long-text', 'the rest of a long text is not in the cells to the right')
      text += this.raw(part)
      more = markOf(this.#codeOf(part))
    }
    if (mark === 'digits') return /^-?\d{1,19}$/.test(text) ? BigInt(text) : text
    if (mark === 'float') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
    if (mark === 'escaped' || mark === 'moreEscaped') return text.replace(/^'/, '')
    if (mark === 'blob' || mark === 'moreBlob') return bytesOf(text)
    return text
  }

  #number(value: string, code: string): FileCell {
    const number = Number(value)
    if (!Number.isFinite(number)) throw new BadCell('number', 'a number cannot be read')
    const counts = this.#countsOf(code)
    if (counts) {
      const iso = isoOf(number, counts, this.#book.from1904)
      if (iso === undefined) throw new BadCell('date', 'no calendar has the day that a cell names')
      return iso
    }
    if (Number.isSafeInteger(number)) return BigInt(number)
    const whole = /^-?\d{16,19}$/.test(value) ? BigInt(value) : undefined
    return whole !== undefined && whole < LARGEST_INTEGER && whole >= -LARGEST_INTEGER ? whole : number
  }

  #codeOf({ style }: SheetCell): string {
    return this.#book.formats[style] ?? ''
  }

  #countsOf(code: string): ReturnType<typeof countsOf> {
    if (!this.#counts.has(code)) this.#counts.set(code, countsOf(code))
    return this.#counts.get(code)
  }
}

/** Whether SQLite makes INTEGER of whole numbers in a column. */
export const holdsWhole = (declared: string): boolean => {
  const affinity = affinityOf(declared)
  return affinity === 'INTEGER' || affinity === 'NUMERIC'
}

const MORE: ReadonlySet<Mark> = new Set<Mark>(['moreText', 'moreBlob', 'moreEscaped'])

function bytesOf(hex: string): Uint8Array {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length * 2 !== hex.length) throw new BadCell('blob', 'a cell for bytes holds no hex digits')
  return bytes
}
