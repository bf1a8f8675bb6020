/**
 * Rows of tables in which a column has a conversion or a policy for what does not fit: the rows that fit, as
 * they go into the target, and what became of the others. Tables without either never come here.
 */
import { Failure } from '../model/failure.ts'
import { keyText } from '../model/key-text.ts'
import type { ColumnPlan, Conversion, TablePlan } from '../model/plan.ts'
import type { Cell, Row } from '../model/types.ts'
import { type CellCheck, checkFor } from './check-cell.ts'
import { converter } from './convert.ts'
import { Misfit } from './misfit.ts'
import { encodeCell, encodeRow } from './original.ts'

/** A row that went into quarantine, or a cell of a written row whose value was replaced. */
export interface SetAside {
  kind: 'quarantined' | 'altered'
  /** The key in words. */
  key: string
  /** The column's name in the source. */
  column: string
  /** Ends the sentence "the value …", and holds nothing of it. */
  reason: string
  /** JSON of the whole row (quarantined) or of the cell (altered), as `original.ts` has it. */
  original: Uint8Array
}

/**
 * The table as it has to be read: one without a key gets its row number as a last column, so that rows can be
 * named.
 */
export function withRowName(table: TablePlan): TablePlan {
  const { access, key, columns } = table
  if (key.length > 0 || access.by !== 'rowid' || columns.some(c => c.name === access.name)) return table
  const rowid: ColumnPlan = {
    ...{ name: access.name, target: access.name, type: { kind: 'integer', bits: 64 } },
    ...{ notNull: true, wide: true, why: 'names the row' },
  }
  return { ...table, columns: [...columns, rowid] }
}

/** A row that fits, or undefined where it goes into quarantine. */
export class Conformer {
  readonly #table: TablePlan
  readonly #names: string[]
  readonly #cells: { at: number; column: ColumnPlan; fit: (cell: Cell) => Cell }[]
  readonly #key: { names: string[]; places: number[] }
  #rows = 0

  constructor(table: TablePlan) {
    this.#table = table
    this.#names = table.columns.map(c => c.name)
    this.#cells = table.columns.flatMap((column, at) =>
      column.conversion || column.onError ? [{ at, column, fit: fitting(column) }] : [],
    )
    this.#key = keyOf(table)
  }

  /**
   * Takes a row of `withRowName(table)`. Reports to `aside` what is set aside; fails with `value` where a cell
   * does not fit and its column has no policy.
   */
  row(row: Row, aside: (entry: SetAside) => void): Row | undefined {
    this.#rows++
    const altered: { at: number; reason: string }[] = []
    let out = row
    for (const { at, column, fit } of this.#cells) {
      const cell: Cell = row[at]!
      let next: Cell = cell
      try {
        next = fit(cell)
        if (next !== cell && LOSSY[column.conversion!])
          altered.push({ at, reason: LOSSY[column.conversion!]! })
      } catch (error) {
        if (!(error instanceof Misfit)) throw error
        const { onError } = column
        if (onError === undefined) throw unfit(this.#table, column, error)
        if (onError.policy === 'quarantine') {
          aside(this.#quarantined(row, column, error.message))
          return undefined
        }
        next = onError.value
        altered.push({ at, reason: error.message })
      }
      if (next !== cell) {
        if (out === row) out = row.slice(0, this.#names.length)
        out[at] = next
      }
    }
    for (const { at, reason } of altered) aside(this.#altered(row, at, reason))
    if (row.length > this.#names.length && out === row) out = row.slice(0, this.#names.length)
    return out
  }

  #quarantined(row: Row, { name }: ColumnPlan, reason: string): SetAside {
    const original = encodeRow(this.#names, row)
    return { kind: 'quarantined', key: this.#keyOf(row), column: name, reason, original }
  }

  #altered(row: Row, at: number, reason: string): SetAside {
    const original = encodeCell(row[at]!)
    return { kind: 'altered', key: this.#keyOf(row), column: this.#names[at]!, reason, original }
  }

  #keyOf(row: Row): string {
    const { names, places } = this.#key
    if (names.length === 0) return `row ${this.#rows}`
    return keyText(
      names,
      places.map(place => row[place]!),
    )
  }
}

/** Conversions that leave something out for good: the original is kept. */
const LOSSY: Partial<Record<Conversion, string>> = {
  'strip-nul': 'held NUL characters, which were taken out',
  'escape-nul': 'held NUL characters, which were escaped',
  'strip-invalid': 'held bytes that are no text, which were replaced',
}

function fitting(column: ColumnPlan): (cell: Cell) => Cell {
  const { conversion, type, onError } = column
  const convert = conversion ? converter(conversion, type) : (cell: Cell) => cell
  if (onError === undefined) return convert
  const check = checkFor(column)
  if (onError.policy === 'default') mustFit(column, onError.value, check)
  return cell => {
    const converted = convert(cell)
    check(converted)
    return converted
  }
}

/** Where row names come from: the key, else the row number, else (no names at all) the order of reading. */
function keyOf(table: TablePlan): { names: string[]; places: number[] } {
  const names = table.key.length > 0 ? table.key : table.access.by === 'rowid' ? [table.access.name] : []
  const { columns } = withRowName(table)
  return { names, places: names.map(name => columns.findIndex(column => column.name === name)) }
}

function mustFit(column: ColumnPlan, value: Cell, check: CellCheck): void {
  try {
    check(value)
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    throw new Failure({
      code: 'usage',
      object: `column "${column.name}"`,
      message: `its default for values that do not fit does not fit itself: it ${error.message}`,
      remedy: 'Give another "default" in the plan file',
    })
  }
}

const unfit = (table: TablePlan, { name }: ColumnPlan, { message }: Misfit) =>
  new Failure({
    code: 'value',
    object: `table "${table.name}", column "${name}"`,
    message: `a value ${message}`,
    remedy: 'Give the column "on_error: quarantine" or another type in the plan file',
  })
