/** `substr`: counts from 1, from the end where the start is negative, and backwards where the length is. */
import { asText } from './convert.ts'
import { BYTES, DIGIT, HEX, nameOf, refuse, TEXT, type Value } from './value.ts'

const entry = { least: 2, most: 3, translate: substr }
export const SUBSTR = { substr: entry, substring: entry }

/** More than the longest text: what is above it is as good, and an `int` to PostgreSQL. */
const LONGEST = 1_073_741_823n

function substr([text, start, length]: Value[]): Value {
  const value = text!
  if (value.type?.kind === 'date' || (value.type?.kind === 'timestamp' && !value.type.zone)) {
    return datePart(value, start!, length)
  }
  if (value.type?.kind === 'bytes') return { sql: bytesAt(value, start!, length), type: BYTES }
  const sql = partOf(asText(value), start!, length)
  return { sql, type: TEXT, ...shapeOf(value, start!, length) }
}

function bytesAt({ sql }: Value, start: Value, length: Value | undefined): string {
  const [from, count] = [constant(start), length && constant(length)]
  if (from === undefined || from < 1 || (length && (count === undefined || count < 0)))
    return refuse('substr() of a blob with such a start and length')
  // Of an empty blob SQLite makes NULL.
  return `pg_catalog.substr(NULLIF(${sql}, ''::bytea), ${[from, ...(count === undefined ? [] : [count])].join(', ')})`
}

function partOf(text: string, start: Value, length: Value | undefined): string {
  const from = constant(start)
  if (!length) return fromStart(text, start, from)
  const count = constant(length)
  if (from === undefined && (count === undefined || count < 0))
    return refuse('substr() with such a start and length')
  const begin =
    from !== undefined
      ? constantBegin(text, from)
      : `(CASE WHEN ${int(start)} < 0 THEN pg_catalog.length(${text}) + ${int(start)} + 1 ELSE ${int(start)} END)`
  if (count !== undefined && count >= 0) return `pg_catalog.substr(${text}, ${begin}, ${count})`
  if (from === undefined || from < 0)
    return refuse('substr() from the end with a length that may be negative')
  const many = int(length)
  const forward = `pg_catalog.substr(${text}, ${begin}, GREATEST(${many}, 0))`
  // From the first character there is nothing to go back to.
  if (from <= 1) return `(CASE WHEN ${many} IS NOT NULL THEN ${forward} END)`
  const backward = `pg_catalog.substr(${text}, ${begin} + ${many}, - ${many})`
  return `(CASE WHEN ${many} >= 0 THEN ${forward} WHEN ${many} < 0 THEN ${backward} END)`
}

const constantBegin = (text: string, from: number): string =>
  from < 0 ? `pg_catalog.length(${text}) + 1 - ${-from}` : String(from)

function fromStart(text: string, start: Value, from: number | undefined): string {
  if (from === undefined)
    return `(CASE WHEN ${int(start)} < 0 THEN pg_catalog.right(${text}, - ${int(start)}) ELSE pg_catalog.substr(${text}, ${int(start)}) END)`
  return from < 0 ? `pg_catalog.right(${text}, ${-from})` : `pg_catalog.substr(${text}, ${from})`
}

function constant({ literal }: Value): number | undefined {
  if (literal?.kind !== 'integer') return undefined
  const { value } = literal
  if (value > LONGEST) return Number(LONGEST)
  return Number(value < -LONGEST ? -LONGEST : value)
}

function int(value: Value): string {
  if (value.type?.kind !== 'integer') return refuse(`substr() with a ${nameOf(value)} as a position`)
  return value.type.bits < 64 ? value.sql : `${value.sql}::int`
}

/** Whatever the spelling of a time, it begins with year, month and day. */
function datePart({ sql }: Value, start: Value, length: Value | undefined): Value {
  const [from, count] = [constant(start), length && constant(length)]
  if (from === undefined || from < 1 || count === undefined || count < 0 || from + count > 11)
    return refuse('substr() of a time, beyond its date')
  const day = ['year', 'month', 'day'].map(
    (field, i) => `pg_catalog.lpad(EXTRACT(${field} FROM ${sql})::text, ${i === 0 ? 4 : 2}, '0')`,
  )
  const shape = 'dddd-dd-dd'.replaceAll('d', DIGIT).slice(from - 1, from - 1 + count)
  return { sql: `pg_catalog.substr(${day.join(" || '-' || ")}, ${from}, ${count})`, type: TEXT, shape }
}

/** A part of a text whose characters are known; one of hex digits alone is one wherever it is taken. */
function shapeOf({ shape, literal }: Value, start: Value, length: Value | undefined): { shape?: string } {
  if (shape === undefined) return {}
  const [from, count] = [constant(start), length ? constant(length) : shape.length]
  if (from === undefined) {
    const hex = literal && /^[0-9a-f]+$/i.test(shape) && count === 1
    return hex ? { shape: HEX } : {}
  }
  return from >= 1 && count !== undefined && count >= 0
    ? { shape: shape.slice(from - 1, from - 1 + count) }
    : {}
}
