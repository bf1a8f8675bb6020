/** Constants of SQLite, and how the target writes them as values of a type. */

import { isInet, isJson, isTimeText, isUuid } from '../literal-forms.ts'
import { quoteText } from '../sql-text.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { BYTES, DIGIT, FLOAT, HEX, INTEGER, type Literal, refuse, SMALL, TEXT, type Value } from './value.ts'

const INT64 = 2n ** 63n
const INT32 = 2n ** 31n

/** A numeral as SQLite reads it: an integer where 64 bits hold it, else a float. */
export function readNumber(text: string, negative = false): Literal | undefined {
  if (/^0x/i.test(text)) {
    const value = BigInt.asIntN(64, BigInt(text))
    return text.length > 18 ? undefined : { kind: 'integer', value: negative ? -value : value }
  }
  const sign = negative ? '-' : ''
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(sign + text.replace(/^\+/, ''))
    if (value >= -INT64 && value < INT64) return { kind: 'integer', value }
  }
  const value = Number(sign + text)
  return Number.isFinite(value) ? { kind: 'real', value, text: sign + text.replace(/^\+/, '') } : undefined
}

/** A text that SQLite takes for a number where one is needed; undefined where it is none as a whole. */
export function numberIn(text: string): Literal | undefined {
  const trimmed = text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '')
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed) ? readNumber(trimmed) : undefined
}

/** The constant as an expression of the target, of its own type. */
export function literalValue(literal: Literal): Value {
  switch (literal.kind) {
    case 'integer': {
      const small = literal.value >= -INT32 && literal.value < INT32
      return { sql: signed(String(literal.value)), type: small ? SMALL : INTEGER, literal, scale: 0 }
    }
    case 'real':
      return { sql: `(${literal.text}::float8)`, type: FLOAT, literal, ...decimals(literal.text) }
    case 'text':
      if (literal.value.includes('\0')) refuse('a text with a NUL character')
      return { sql: quoteText(literal.value), type: TEXT, literal, ...shapeOf(literal.value) }
    case 'blob':
      return { sql: `pg_catalog.decode('${literal.hex}', 'hex')`, type: BYTES, literal }
  }
}

/** Without the two that stand for others in a shape. */
const shapeOf = (text: string): { shape?: string } =>
  text.includes(DIGIT) || text.includes(HEX) ? {} : { shape: text }

const signed = (text: string): string => (text.startsWith('-') ? `(${text})` : text)

function decimals(text: string): { scale?: number } {
  const match = /^-?\d*\.?(\d*)$/.exec(text)
  return match ? { scale: match[1]!.length } : {}
}

/**
 * The constant as the target writes a value of `type`, as SQLite would store it in such a column; undefined where
 * it is none.
 */
export function literalAs(literal: Literal, type: LogicalType): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return boolean(asNumber(literal))
    case 'integer':
      return integer(asNumber(literal), type.bits)
    case 'float':
      return asNumber(literal)?.text
    case 'numeric':
      return numeric(asNumber(literal), type)
    case 'text':
      return text(literal, type.maxLength)
    case 'bytes':
      return literal.kind === 'blob' ? `pg_catalog.decode('${literal.hex}', 'hex')` : undefined
    default:
      return literal.kind === 'text' ? typed(literal.value, type) : undefined
  }
}

interface Numeral {
  text: string
  value: number
}

/** SQLite gives `'5'` to a column of numbers as 5. */
function asNumber(literal: Literal): Numeral | undefined {
  if (literal.kind === 'integer') return { text: String(literal.value), value: Number(literal.value) }
  if (literal.kind === 'real') return literal
  const number = literal.kind === 'text' ? numberIn(literal.value) : undefined
  return number && asNumber(number)
}

function boolean(numeral: Numeral | undefined): string | undefined {
  if (numeral?.value === 0) return 'false'
  return numeral?.value === 1 ? 'true' : undefined
}

function integer(numeral: Numeral | undefined, bits: number): string | undefined {
  if (!numeral) return undefined
  const whole = /^-?\d+$/.test(numeral.text)
  if (!whole && !Number.isSafeInteger(numeral.value)) return undefined
  const value = whole ? BigInt(numeral.text) : BigInt(numeral.value)
  const end = 1n << BigInt(bits - 1)
  return value >= -end && value < end ? String(value) : undefined
}

function numeric(
  numeral: Numeral | undefined,
  { precision, scale = 0 }: { precision?: number; scale?: number },
): string | undefined {
  if (!numeral || precision === undefined) return numeral?.text
  const digits = /^-?(\d*)\.?(\d*)$/.exec(numeral.text)
  if (!digits) return undefined
  const before = digits[1]!.replace(/^0+/, '').length
  const behind = digits[2]!.replace(/0+$/, '').length
  return before <= precision - scale && behind <= scale ? numeral.text : undefined
}

/** A text column of SQLite turns numbers into text: `DEFAULT 0` gives '0', `DEFAULT 1.5` gives '1.5'. */
function text(literal: Literal, maxLength: number | undefined): string | undefined {
  const value = literalText(literal)
  if (value === undefined || value.includes('\0')) return undefined
  return maxLength !== undefined && [...value].length > maxLength ? undefined : quoteText(value)
}

/** The constant as SQLite prints it into a text; undefined where that is not certain. */
export function literalText(literal: Literal): string | undefined {
  if (literal.kind === 'text') return literal.value
  if (literal.kind === 'integer') return String(literal.value)
  if (literal.kind !== 'real') return undefined
  const printed = String(literal.value)
  // SQLite prints 15 digits where they are enough, and exponents in its own way.
  if (printed.includes('e') || printed.replace(/\D/g, '').length > 15 || tiny(literal.value)) return undefined
  return Number.isInteger(literal.value) ? `${printed}.0` : printed
}

const tiny = (value: number): boolean => value !== 0 && Math.abs(value) < 1e-4

function typed(value: string, type: LogicalType): string | undefined {
  return isValueOf(value, type) ? `${quoteText(value)}::${showType(type)}` : undefined
}

function isValueOf(value: string, type: LogicalType): boolean {
  switch (type.kind) {
    case 'json':
      return isJson(value)
    case 'uuid':
      return isUuid(value)
    case 'inet':
      return isInet(value)
    case 'date':
    case 'time':
      return isTimeText(value, type.kind)
    case 'timestamp':
      return isTimeText(value, type.zone ? 'timestamptz' : 'timestamp')
    default:
      return false
  }
}
