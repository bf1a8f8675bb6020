/** Digits of a column's decimals: what `numeric(p,s)` has to have room for. */
import type { ColumnFacts } from '../../model/assessment.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import type { Window } from './scan-windows.ts'

const HYPHEN = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** Most digits so far; a zero before the point is none. */
export class DecimalTally {
  #most: { integerDigits: number; scale: number } | undefined

  get most(): ColumnFacts['decimals'] {
    return this.#most
  }

  /** The text from `start` to `end`, of the form `decimal`, with the zeros at its end: they are part of its spelling. */
  addText(bytes: Uint8Array, start: number, end: number): void {
    const whole = bytes[start] === HYPHEN ? start + 1 : start
    let point = whole
    while (point < end && bytes[point] !== POINT) point++
    const isZero = point === whole + 1 && bytes[whole] === ZERO
    this.#add(isZero ? 0 : point - whole, Math.max(0, end - point - 1))
  }

  /** Whether a REAL is proven to have no more decimals than those before; see `hasAtMost`. */
  hasSeen(value: number): boolean {
    if (!this.#most) return false
    const shift = 10 ** Math.min(this.#most.scale, 15)
    const shifted = value * shift
    return Math.abs(shifted) < 2 ** 52 && Math.round(shifted) / shift === value
  }

  /** A REAL as `encode-numeric.ts` writes it: printed shortest, its exponent expanded. Infinity has no digits. */
  addReal(value: number): void {
    if (!Number.isFinite(value)) return
    const size = Math.abs(value)
    const [digits = '', exponent = '0'] = String(size).split('e')
    const [whole = '', decimals = ''] = digits.split('.')
    this.#add(
      size < 1 ? 0 : whole.length + Math.max(0, Number(exponent)),
      Math.max(0, decimals.length - Number(exponent)),
    )
  }

  #add(integerDigits: number, scale: number): void {
    this.#most ??= { integerDigits: 0, scale: 0 }
    if (integerDigits > this.#most.integerDigits) this.#most.integerDigits = integerDigits
    if (scale > this.#most.scale) this.#most.scale = scale
  }
}

/** Adds the REALs of a window that may have more decimals than any before; the others never leave SQLite. */
export function readReals(
  db: Connection,
  table: string,
  column: string,
  tally: DecimalTally,
  window: Window,
): void {
  const c = quote(column)
  const reals = db
    .prepare<Window['params'], number>(`
      SELECT ${c}
        FROM ${quote(table)} ${window.where} ${window.where ? 'AND' : 'WHERE'} typeof(${c}) = 'real'
         AND NOT (${hasAtMost(tally.most?.scale ?? 0, c)})`)
    .pluck()
    .iterate(...window.params)
  for (const value of reals) tally.addReal(value)
}

/**
 * Proves that a REAL is printed with at most so many decimals: it is the quotient, correctly rounded, of two
 * numbers that floats hold exactly. What it does not prove is read: 20 times as slow.
 */
function hasAtMost(scale: number, c: string): string {
  const shift = `1e${Math.min(scale, 15)}`
  return `abs(${c}) * ${shift} < 4503599627370496.0 AND round(${c} * ${shift}) / ${shift} = ${c}`
}
