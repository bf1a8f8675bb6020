/** What scalars and nested values of JSON are as cells. */
import type { FileCell } from '../../model/files/batch.ts'
import { jsonNested, jsonNumber } from '../files/spelling.ts'

export interface Cells {
  number(digits: string): FileCell
  truth(value: boolean): FileCell
  /** Of an object or array, as it stands in the file. */
  nested(text: string): FileCell
}

/** Of files of others. */
export const found: Cells = {
  number: numberOf,
  truth: value => value,
  nested: json => ({ json }),
}

/** Of files that longhaul wrote: the cells that SQLite had. */
export const restored: Cells = {
  number: jsonNumber,
  truth: value => (value ? 1n : 0n),
  nested: jsonNested,
}

/** Digits that every double keeps. */
const SAFE_DIGITS = 15

/** A number where a double has the very value, a bigint for whole numbers up to 64 bits, else the text: no digit is lost. */
export function numberOf(digits: string): number | bigint | string {
  const value = Number(digits)
  if (
    (digits.length <= SAFE_DIGITS && !digits.includes('e') && !digits.includes('E')) ||
    String(value) === digits
  )
    return value
  if (/^-?\d+$/.test(digits)) {
    if (Number.isSafeInteger(value)) return value
    const whole = BigInt(digits)
    return BigInt.asIntN(64, whole) === whole ? whole : digits
  }
  return sameValue(String(value), digits) ? value : digits
}

/** Whether two spellings are one decimal. */
function sameValue(a: string, b: string): boolean {
  const [left, right] = [decimal(a), decimal(b)]
  return left !== undefined && right !== undefined && left === right
}

/** Digits without zeros around them, and the power of ten of the last one. */
function decimal(text: string): string | undefined {
  const [, sign, whole, part = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  if (whole === undefined) return undefined
  const digits = (whole + part).replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return '0'
  return `${sign}${kept}e${Number(power) - part.length + digits.length - kept.length}`
}
