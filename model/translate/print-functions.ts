/** `printf` and `format` with a constant format of the simple kinds (https://sqlite.org/printf.html). */
import { asNumber, asText } from './convert.ts'
import { exactDecimal } from './exact.ts'
import { quote } from './literal.ts'
import { isNull, refuse, TEXT, type Value } from './value.ts'

const entry = { least: 1, most: 100, translate: print }
export const PRINT_FUNCTIONS = { printf: entry, format: entry }

function print([format, ...values]: Value[]): Value {
  if (format?.literal?.kind !== 'text') return refuse('printf() with a format that is no constant')
  const left = [...values]
  const parts = format.literal.value.match(/%[^a-zA-Z%]*[a-zA-Z%]?|[^%]+/g) ?? []
  const sql = parts.map(part => (part.startsWith('%') ? field(part, left) : quote(part)))
  return { sql: sql.length > 0 ? `(${sql.join(' || ')})` : "''", type: TEXT }
}

/** `%%`, `%s`, `%d`, `%5d`, `%05d`, `%.2f`; of NULL a text is empty and a number 0. */
function field(part: string, values: Value[]): string {
  if (part === '%%') return "'%'"
  const match = /^%(0?)([1-9]\d{0,2})?([sdi])$/.exec(part)
  const value = values.shift()
  const fraction = /^%\.([1-5])f$/.exec(part)
  if (fraction && value) return fixed(value, fraction[1]!)
  if (!match || !value) return refuse('printf() with such a format')
  const [, zero, width, letter] = match
  if (letter === 's') return width ? refuse('printf() with such a format') : `COALESCE(${asText(value)}, '')`
  if (isNull(value)) return refuse('printf() of NULL')
  const { sql, kind } = asNumber(value, 'printf()')
  if (kind !== 'integer') return refuse('printf() of a float as an integer')
  const number = `COALESCE(${sql}, 0)`
  return width ? padded(number, Number(width), zero === '0') : `${number}::text`
}

/** SQLite prints 16 digits of a float and zeros after them; of what is larger nothing is certain. */
function fixed(value: Value, digits: string): string {
  if (isNull(value)) return refuse('printf() of NULL')
  const { sql, kind } = asNumber(value, 'printf()')
  const exact =
    kind === 'integer' ? `${sql}::numeric` : `COALESCE(${exactDecimal(sql)}, ${sql}::text::numeric)`
  const sign = `CASE WHEN ${sql} < 0 THEN '-' ELSE '' END`
  const text = `pg_catalog.round(COALESCE(pg_catalog.abs(${exact}), 0), ${digits})::text`
  return `((${sign}) || ${text})`
}

/** `lpad` alone would cut what is longer. */
function padded(number: string, width: number, zeros: boolean): string {
  if (!zeros) return pad(`${number}::text`, String(width), ' ')
  const digits = `pg_catalog.ltrim(${number}::text, '-')`
  const room = `CASE WHEN ${number} < 0 THEN ${width - 1} ELSE ${width} END`
  return `((CASE WHEN ${number} < 0 THEN '-' ELSE '' END) || ${pad(digits, room, '0')})`
}

function pad(text: string, width: string, sign: string): string {
  return `pg_catalog.lpad(${text}, GREATEST(pg_catalog.length(${text}), ${width}), '${sign}')`
}
