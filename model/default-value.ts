/**
 * Defaults: SQLite's literals as PostgreSQL's by the type of the target column, and a few known expressions.
 * What is not known for certain is not translated; a wrong default shows up months later.
 */
import { isKnown, knownExpression } from './default-expression.ts'
import { spell, type Token, tokenize, withoutParentheses } from './default-tokens.ts'
import { isInet, isJson, isTimeText, isUuid } from './literal-forms.ts'
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

export type TranslatedDefault = { sql: string } | { reason: string }

type Literal =
  | { kind: 'null' }
  | { kind: 'integer'; value: bigint }
  | { kind: 'real'; value: number; text: string }
  | { kind: 'text'; value: string }
  | { kind: 'blob'; hex: string }

/** The default `sql` of a SQLite column in PostgreSQL's words, or why there is none. */
export function translateDefault(sql: string, type: LogicalType): TranslatedDefault {
  const all = tokenize(sql)
  if (!all || all.length === 0) return { reason: 'its text cannot be read' }
  const tokens = withoutParentheses(all)
  const spelling = spell(tokens)
  if (isKnown(spelling)) {
    const known = knownExpression(spelling, type)
    return known ? { sql: known } : { reason: `the expression gives no ${showType(type)}` }
  }
  const literal = readLiteral(tokens, all.length > tokens.length)
  if (!literal) return { reason: 'longhaul does not translate this expression yet' }
  if (literal.kind === 'null') return { sql: 'NULL' }
  const translated = write(literal, type)
  return translated === undefined ? { reason: `the literal is no ${showType(type)}` } : { sql: translated }
}

function readLiteral(tokens: Token[], expression: boolean): Literal | undefined {
  const signs = tokens.slice(0, -1)
  const last = tokens.at(-1)
  const signed = signs.every(({ kind, text }) => kind === 'sign' && (text === '-' || text === '+'))
  if (!last || !signed) return undefined
  if (last.kind === 'number')
    return number(last.text, signs.filter(({ text }) => text === '-').length % 2 === 1)
  if (signs.length > 0) return undefined
  if (last.kind === 'string') return { kind: 'text', value: last.text }
  if (last.kind === 'blob') return { kind: 'blob', hex: last.text.toLowerCase() }
  return last.kind === 'word' ? word(last.text, expression) : undefined
}

/** A bare word that is no keyword is a string to SQLite, unless it stands in parentheses. */
function word(text: string, expression: boolean): Literal | undefined {
  const small = text.toLowerCase()
  if (small === 'null') return { kind: 'null' }
  if (small === 'true' || small === 'false') return { kind: 'integer', value: small === 'true' ? 1n : 0n }
  return expression ? undefined : { kind: 'text', value: text }
}

const INT64 = 2n ** 63n

function number(text: string, negative: boolean): Literal | undefined {
  if (/^0x/i.test(text)) {
    const value = BigInt.asIntN(64, BigInt(text))
    return text.length > 18 ? undefined : { kind: 'integer', value: negative ? -value : value }
  }
  const sign = negative ? '-' : ''
  if (/^\d+$/.test(text)) {
    const value = BigInt(sign + text)
    if (value >= -INT64 && value < INT64) return { kind: 'integer', value }
  }
  const value = Number(sign + text)
  return Number.isFinite(value) ? { kind: 'real', value, text: sign + text } : undefined
}

function write(literal: Exclude<Literal, { kind: 'null' }>, type: LogicalType): string | undefined {
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
  if (literal.kind !== 'text' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(literal.value))
    return undefined
  const trimmed = literal.value.trim().replace(/^\+/, '')
  return Number.isFinite(Number(trimmed)) ? { text: trimmed, value: Number(trimmed) } : undefined
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
  const value = asText(literal)
  if (value === undefined || value.includes('\0')) return undefined
  return maxLength !== undefined && [...value].length > maxLength ? undefined : quote(value)
}

function asText(literal: Literal): string | undefined {
  if (literal.kind === 'text') return literal.value
  if (literal.kind === 'integer') return String(literal.value)
  if (literal.kind !== 'real') return undefined
  const printed = String(literal.value)
  const digits = printed.replace(/\D/g, '').length
  // SQLite prints 15 digits, and exponents in its own way.
  if (printed.includes('e') || digits > 15) return undefined
  return Number.isInteger(literal.value) ? `${printed}.0` : printed
}

function typed(value: string, type: LogicalType): string | undefined {
  const name = showType(type)
  return isValueOf(value, type) ? `${quote(value)}::${name}` : undefined
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

/** A string literal that means the same whatever `standard_conforming_strings` says. */
function quote(value: string): string {
  const doubled = value.replaceAll("'", "''")
  return doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}
