/** `printf` and `format` with a constant format of the simple kinds (https://sqlite.org/printf.html). */
import { quoteText } from '../sql-text.ts'
import { asNumber, asText } from './convert.ts'
import { exactDecimal } from './exact.ts'
import { isNull, refuse, TEXT, type Value } from './value.ts'

const entry = { least: 1, most: 100, translate: print }
export const PRINT_FUNCTIONS = { printf: entry, format: entry }

function print([format, ...values]: Value[]): Value {
  if (format?.literal?.kind !== 'text') return refuse('printf() with a format that is no constant')
  const left = [...values]
  const parts = format.literal.value.match(/%[^a-zA-Z%]*[a-zA-Z%]?|[^%]+/g) ?? []
  const sql = parts.map(part => (part.startsWith('%') ? field(part, left) : quoteText(part)))
  return { sql: sql.length > 0 ? `(${sql.join(' || ')})` : "''", type: TEXT }
}

const FIELD = /^%([-+,0]{0,2})([1-9]\d{0,2})?(?:\.([0-5]))?([sdixXf])$/

/** `%%`, `%s`, `%d`, `%x` and `%.2f` with flags and widths; of NULL a text is empty and a number 0. */
function field(part: string, values: Value[]): string {
  if (part === '%%') return "'%'"
  const [, flags = '', width, decimals, letter] = FIELD.exec(part) ?? []
  const value = values.shift()
  const isFloat = letter === 'f'
  if (!letter || !value || isFloat !== (decimals !== undefined)) return refuse('printf() with such a format')
  const left = flags.includes('-')
  const size = Number(width ?? 0)
  if (letter === 's')
    return flags.replace('-', '') ? refuse('printf() with such a format') : sized(text(value), size, left)
  if (isNull(value)) return refuse('printf() of NULL')
  const zeros = flags.includes('0') && !left
  if (/x/i.test(letter)) return hexadecimal(value, letter, { flags, size, left, zeros })
  const number = isFloat ? fixed(value, decimals!) : whole(value)
  const digits = flags.includes(',') ? grouped(number.digits) : number.digits
  const sign = `(CASE WHEN ${number.negative} THEN '-' ELSE '${flags.includes('+') ? '+' : ''}' END)`
  if (size === 0) return `(${sign} || ${digits})`
  if (zeros) return flags.includes(',') ? refuse('printf() with such a format') : padded(sign, digits, size)
  return sized(`(${sign} || ${digits})`, size, left)
}

const text = (value: Value): string => `COALESCE(${asText(value)}, '')`

/** SQLite counts bytes. */
function sized(text: string, size: number, left: boolean): string {
  if (size === 0) return text
  const blanks = `pg_catalog.repeat(' ', ${size} - pg_catalog.octet_length(${text}))`
  return left ? `(${text} || ${blanks})` : `(${blanks} || ${text})`
}

function padded(sign: string, digits: string, size: number): string {
  const missing = `${size} - pg_catalog.length(${sign}) - pg_catalog.length(${digits})`
  return `(${sign} || pg_catalog.repeat('0', ${missing}) || ${digits})`
}

/** `to_char` would group digits as well, but no index takes it. */
const grouped = (digits: string): string =>
  `pg_catalog.regexp_replace(${digits}, ${quoteText('([0-9])(?=([0-9]{3})+([.]|$))')}, ${quoteText('\\1,')}, 'g')`

interface Digits {
  /** Without a sign. */
  digits: string
  negative: string
}

/** Decimals of a float are cut off. */
function integerOf(value: Value): string {
  const { sql, kind } = asNumber(value, 'printf()')
  return `COALESCE(${kind === 'integer' ? sql : `pg_catalog.trunc(${sql})::bigint`}, 0)`
}

function whole(value: Value): Digits {
  const number = integerOf(value)
  return { digits: `pg_catalog.ltrim(${number}::text, '-')`, negative: `${number} < 0` }
}

/** SQLite prints 16 digits of a float and zeros after them; of what is larger nothing is certain. */
function fixed(value: Value, decimals: string): Digits {
  const { sql, kind } = asNumber(value, 'printf()')
  // As with round().
  if (kind !== 'integer' && Number(decimals) > 2)
    return refuse('printf() of a float with more than 2 decimals')
  const exact =
    kind === 'integer' ? `${sql}::numeric` : `COALESCE(${exactDecimal(sql)}, ${sql}::text::numeric)`
  return {
    digits: `pg_catalog.round(COALESCE(pg_catalog.abs(${exact}), 0), ${decimals})::text`,
    negative: `${sql} < 0`,
  }
}

interface Layout {
  flags: string
  size: number
  left: boolean
  zeros: boolean
}

/** Of negative numbers 64 bits, in both engines. */
function hexadecimal(value: Value, letter: string, { flags, size, left, zeros }: Layout): string {
  if (/[+,]/.test(flags)) return refuse('printf() with such a format')
  const small = `pg_catalog.to_hex((${integerOf(value)})::bigint)`
  const digits = letter === 'X' ? `pg_catalog.upper(${small} COLLATE "C")` : small
  if (zeros) return `(pg_catalog.repeat('0', ${size} - pg_catalog.length(${digits})) || ${digits})`
  return sized(digits, size, left)
}
