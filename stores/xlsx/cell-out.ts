/** What a cell of SQLite becomes in a sheet: a value of exceljs, and the style whose format says what it was. */
import type { CellValue, Style } from 'exceljs'
import { affinityOf } from '../../model/translate/affinity.ts'
import { escapedFormula } from '../files/spelling.ts'
import type { SqliteCell } from '../files/writer.ts'
import { escapeText } from './escapes.ts'
import { decimalsCode, MARKS, type Mark } from './marks.ts'
import { momentOf } from './moments.ts'

/** A spreadsheet shows 15 digits, and makes zeros of the others as soon as somebody edits the cell. */
const MOST_DIGITS = 1e15
/** Beyond these it has no numbers (Microsoft's "Excel specifications and limits"). */
const LARGEST = 9.99999999999999e307
const SMALLEST = 2.2250738585072014e-308

export interface CellOut {
  value: CellValue
  style: Partial<Style>
  /** What goes on in cells to the right of the table, in order. */
  rest?: CellOut[]
}

export interface OutOptions {
  escapeFormulas: boolean
  /** Characters (UTF-16) that a cell holds. */
  longest: number
}

/** Styles are one object each: exceljs knows them again by that. */
export class Styles {
  readonly #styles = new Map<string, Partial<Style>>()

  of(code: string): Partial<Style> {
    let style = this.#styles.get(code)
    if (!style) this.#styles.set(code, (style = code === MARKS.real ? {} : { numFmt: code }))
    return style
  }
}

/** Everything about a column that its cells need. */
export class ColumnOut {
  readonly #isBoolean: boolean
  readonly #isMoment: boolean
  readonly #isWhole: boolean
  readonly #scale: number
  readonly #styles: Styles
  readonly #options: OutOptions

  constructor(declared: string, styles: Styles, options: OutOptions) {
    const affinity = affinityOf(declared)
    this.#isBoolean = /BOOL/i.test(declared)
    this.#isMoment = /DATE|TIME/i.test(declared)
    this.#isWhole = affinity === 'INTEGER' || affinity === 'NUMERIC'
    this.#scale = affinity === 'NUMERIC' ? scaleOf(declared) : 0
    this.#styles = styles
    this.#options = options
  }

  /** Undefined: NULL, an empty cell. */
  cell(cell: SqliteCell): CellOut | undefined {
    if (cell === null) return undefined
    if (typeof cell === 'string') return this.#text(cell)
    if (typeof cell === 'bigint') return this.#integer(cell)
    if (typeof cell === 'number') {
      if (this.#isWhole && Number.isSafeInteger(cell) && !Object.is(cell, -0))
        return this.#integer(BigInt(cell))
      return this.#real(cell)
    }
    return this.#long(Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex'), 'blob')
  }

  #integer(cell: bigint): CellOut {
    if (this.#isBoolean && (cell === 0n || cell === 1n))
      return { value: cell === 1n, style: this.#styles.of(MARKS.real) }
    const number = Number(cell)
    if (Math.abs(number) >= MOST_DIGITS) return this.#plain(String(cell), 'digits')
    const code = this.#scale > 0 ? decimalsCode(this.#scale) : MARKS.integer
    return { value: number, style: this.#styles.of(code) }
  }

  #real(cell: number): CellOut {
    const size = Math.abs(cell)
    if (Object.is(cell, -0)) return this.#plain('-0.0', 'float')
    if (size > LARGEST || (size < SMALLEST && size > 0)) return this.#plain(String(cell), 'float')
    const isShown = this.#scale > 0 && Number(cell.toFixed(this.#scale)) === cell && !Number.isInteger(cell)
    return { value: cell, style: this.#styles.of(isShown ? decimalsCode(this.#scale) : MARKS.real) }
  }

  #text(cell: string): CellOut {
    const moment = this.#isMoment ? momentOf(cell) : undefined
    if (moment) return { value: moment.serial, style: this.#styles.of(moment.code) }
    const shown = this.#options.escapeFormulas ? escapedFormula(cell) : cell
    return this.#long(shown, shown === cell ? 'text' : 'escaped')
  }

  #long(text: string, mark: 'text' | 'blob' | 'escaped'): CellOut {
    const parts = inParts(text, this.#options.longest)
    if (parts.length === 1) return this.#plain(text, mark)
    const cells = parts.map((part, n) => this.#plain(part, n < parts.length - 1 ? MORE[mark] : mark))
    return { ...cells[0]!, rest: cells.slice(1) }
  }

  /** As rich text: exceljs writes other texts as results of formulas, whose blanks at the ends are not kept. */
  #plain(text: string, mark: Mark): CellOut {
    return { value: { richText: [{ text: escapeText(text) }] }, style: this.#styles.of(MARKS[mark]) }
  }
}

/** Of `NUMERIC(10,2)` 2; 0 as well where there are more places than a double has. */
function scaleOf(declared: string): number {
  const scale = Number(/^(?:NUMERIC|DECIMAL)\(\d+,\s*(\d+)\)$/i.exec(declared)?.[1] ?? 0)
  return scale <= 15 ? scale : 0
}

const MORE = { text: 'moreText', blob: 'moreBlob', escaped: 'moreEscaped' } as const

/** Never between the two halves of a character. */
function inParts(text: string, longest: number): string[] {
  if (text.length <= longest) return [text]
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = Math.min(at + longest, text.length)
    const isHalf = end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!)
    parts.push(text.slice(at, isHalf ? end - 1 : end))
    at += parts.at(-1)!.length
  }
  return parts
}
