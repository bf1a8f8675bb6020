/**
 * Exact decimals in one spelling: sign, digits without leading and trailing zeros, `e`, power of ten.
 * `1.50`, `1.5` and `150e-2` are `15e-1`; `100` is `1e2`; every zero is `0`. Nothing is expanded, so that
 * `1e1000000` costs no memory.
 */
import { unfit } from './unfit.ts'

/** Spells a number: a safe integer by its digits, any other one by its shortest text that reads back. */
export function decimalOfNumber(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value)
  if (Number.isSafeInteger(value) && value % 10 !== 0) return `${value}e0`
  return canonicalDecimal(String(value))
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

/**
 * The canonical spelling of `[+-]digits[.digits][e[+-]digits]`, of `NaN` and of `[-]Infinity` (PostgreSQL's
 * numeric has them). Throws `Unfit` for anything else.
 */
export function canonicalDecimal(text: string): string {
  const parts = DECIMAL.exec(text)
  if (!parts) return SPECIAL.has(text) ? text : unfit('is not a decimal number')
  const whole = parts[2]!
  const fraction = parts[3] ?? ''
  const exponent = parts[4] === undefined ? 0 : BigInt(parts[4])
  return spell(parts[1] === '-', whole + fraction, fraction.length, exponent)
}

const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
const SPECIAL = new Set(['NaN', 'Infinity', '-Infinity'])

function spell(negative: boolean, digits: string, decimals: number, exponent: 0 | bigint): string {
  let start = 0
  while (start < digits.length && digits.charCodeAt(start) === ZERO) start++
  if (start === digits.length) return '0'
  let end = digits.length
  while (digits.charCodeAt(end - 1) === ZERO) end--
  const shift = digits.length - end - decimals
  // Exponents have any length; most numbers have none.
  const power = exponent === 0 ? shift : exponent + BigInt(shift)
  return `${negative ? '-' : ''}${digits.slice(start, end)}e${power}`
}

const ZERO = 48
