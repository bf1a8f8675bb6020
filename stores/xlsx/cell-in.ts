/** What a cell of a sheet is: as any spreadsheet means it, or as longhaul wrote it. */
import type { FileCell } from '../../model/files/batch.ts'
import { affinityOf } from '../../model/translate/affinity.ts'
import type { Book } from './book.ts'
import { unescapeText } from './escapes.ts'
import { canonicalCode, isDecimalsCode, type Mark, markOf } from './marks.ts'
import { type Counts, countsOf, isoOf, type Shown, shownMoment } from './moments.ts'
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

export class Cells {
  readonly #from1904: boolean
  readonly #strings: SharedStrings
  readonly #formats: readonly CellFormat[]

  constructor(book: Book, strings: SharedStrings) {
    this.#from1904 = book.from1904
    this.#formats = book.formats.map(formatOf)
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
    return value === '' ? null : this.#number(value, this.#formatOf(cell).counts)
  }

  /** As SQLite had it; `next` gives the cell in which a long text goes on. Throws `BadCell`. */
  kept(cell: SheetCell, isWhole: boolean, next: () => SheetCell | undefined): FileCell {
    const { type, value, isFormula } = cell
    const isEmpty = value === undefined || (value === '' && type === 'n')
    if (isFormula || isEmpty || type === 'b' || type === 'e' || type === 'd') {
      const found = this.plain(cell)
      return typeof found === 'boolean' ? BigInt(found) : found
    }
    const format = this.#formatOf(cell)
    return type === 'n' ? this.#keptNumber(cell, format, isWhole) : this.#keptText(cell, format.mark, next)
  }

  #keptNumber(cell: SheetCell, { isReal, shown }: CellFormat, isWhole: boolean): FileCell {
    const number = Number(cell.value)
    if (isReal && Number.isFinite(number) && !(isWhole && Number.isSafeInteger(number))) return number
    return shown?.(number) ?? this.plain(cell)
  }

  #keptText(cell: SheetCell, mark: Mark | undefined, next: () => SheetCell | undefined): FileCell {
    let text = this.raw(cell)
    for (let more = mark; more && MORE.has(more); ) {
      const part = next()
      if (!part) throw new BadCell('long-text', 'the rest of a long text is not in the cells to the right')
      text += this.raw(part)
      more = this.#formatOf(part).mark
    }
    if (mark === 'digits') return integerOf(text) ?? text
    if (mark === 'float') return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
    if (mark === 'escaped' || mark === 'moreEscaped') return text.replace(/^'/, '')
    if (mark === 'blob' || mark === 'moreBlob') return bytesOf(text)
    return text
  }

  #number(value: string, counts: Counts | undefined): FileCell {
    const number = Number(value)
    if (!Number.isFinite(number)) throw new BadCell('number', 'a number cannot be read')
    if (counts) {
      const iso = isoOf(number, counts, this.#from1904)
      if (iso === undefined) throw new BadCell('date', 'no calendar has the day that a cell names')
      return iso
    }
    if (Number.isSafeInteger(number)) return BigInt(number)
    return integerOf(value) ?? number
  }

  #formatOf({ style }: SheetCell): CellFormat {
    return this.#formats[style] ?? NO_FORMAT
  }
}

/** What the number format of a cell says about it. */
interface CellFormat {
  mark: Mark | undefined
  /** A number under it is a REAL, if longhaul wrote it. */
  isReal: boolean
  shown: Shown | undefined
  counts: Counts | undefined
}

function formatOf(code: string): CellFormat {
  const canonical = canonicalCode(code)
  const mark = markOf(canonical)
  const isReal = mark === 'real' || isDecimalsCode(canonical)
  return { mark, isReal, shown: shownMoment(canonical), counts: countsOf(code) }
}

const NO_FORMAT = formatOf('General')

/** Whether SQLite makes INTEGER of whole numbers in a column. */
export const holdsWhole = (declared: string): boolean => {
  const affinity = affinityOf(declared)
  return affinity === 'INTEGER' || affinity === 'NUMERIC'
}

const MORE: ReadonlySet<Mark> = new Set<Mark>(['moreText', 'moreBlob', 'moreEscaped'])

/** Undefined: no digits, or more than SQLite has an INTEGER for. */
function integerOf(digits: string): bigint | undefined {
  const value = /^-?\d{1,19}$/.test(digits) ? BigInt(digits) : undefined
  return value !== undefined && BigInt.asIntN(64, value) === value ? value : undefined
}

function bytesOf(hex: string): Uint8Array {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length * 2 !== hex.length) throw new BadCell('blob', 'a cell for bytes holds no hex digits')
  return bytes
}
