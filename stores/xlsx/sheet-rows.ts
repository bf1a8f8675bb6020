/** Rows of a sheet as its XML has them. */
import { MOST_COLUMNS } from './limits.ts'
import type { XmlHandler } from './xml.ts'

export interface SheetRow {
  /** From 1. */
  number: number
  cells: SheetCell[]
  /** Its height was set: so longhaul marks rows of which each cell is NULL. */
  isMarked: boolean
}

export interface SheetCell {
  /** From 0. */
  column: number
  /** As the format has it: `n`, `s`, `str`, `inlineStr`, `b`, `e` or `d`. */
  type: string
  style: number
  /** Undefined: empty. */
  value: string | undefined
  isFormula: boolean
}

/** Gathers what has come; `take` empties it. */
export class SheetRows implements XmlHandler {
  #rows: SheetRow[] = []
  #row: SheetRow = { number: 0, cells: [], isMarked: false }
  #cell: SheetCell | undefined
  #column = -1
  #isText = false
  #isSpoken = false

  take(): SheetRow[] {
    const rows = this.#rows
    if (rows.length) this.#rows = []
    return rows
  }

  open(name: string, attributes: Record<string, string>): void {
    switch (name) {
      case 'c':
        this.#openCell(attributes)
        return
      case 'v':
        this.#openText()
        return
      case 't':
        if (!this.#isSpoken) this.#openText()
        return
      case 'f':
        if (this.#cell) this.#cell.isFormula = true
        return
      case 'row':
        this.#row = {
          number: attributes.r ? Number(attributes.r) : this.#row.number + 1,
          cells: [],
          isMarked: attributes.customHeight === '1',
        }
        this.#column = -1
        return
      case 'rPh':
        this.#isSpoken = true
    }
  }

  close(name: string): void {
    switch (name) {
      case 'c':
        if (this.#cell) this.#row.cells.push(this.#cell)
        this.#cell = undefined
        return
      case 'v':
      case 't':
        this.#isText = false
        return
      case 'row':
        this.#rows.push(this.#row)
        return
      case 'rPh':
        this.#isSpoken = false
    }
  }

  text(text: string): void {
    if (this.#isText && this.#cell) this.#cell.value += text
  }

  #openCell({ r, t = 'n', s }: Record<string, string>): void {
    this.#column = r ? columnOf(r) : this.#column + 1
    this.#cell = {
      column: this.#column,
      type: t,
      style: s ? Number(s) : 0,
      value: undefined,
      isFormula: false,
    }
  }

  #openText(): void {
    this.#isText = true
    if (this.#cell) this.#cell.value ??= ''
  }
}

/** From 0: of `AB12` 27. Throws where no sheet has such a column. */
function columnOf(reference: string): number {
  let column = 0
  for (let at = 0; at < reference.length; at++) {
    const letter = reference.charCodeAt(at)
    if (letter < 65 || letter > 90) break
    column = Math.min(column * 26 + letter - 64, 2 * MOST_COLUMNS)
  }
  if (column < 1 || column > MOST_COLUMNS) throw new RangeError('a cell is in no column of a sheet')
  return column - 1
}

/** Of 27 `AB`. */
export function columnLetters(column: number): string {
  const before = Math.floor(column / 26)
  return (before > 0 ? columnLetters(before - 1) : '') + String.fromCharCode(65 + (column % 26))
}
