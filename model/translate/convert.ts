/** One type into another, as SQLite does it or as a column of the target needs it. */
import { quoteText } from '../sql-text.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { literalAs, literalText, literalValue, numberIn } from './literal.ts'
import { printTime } from './time-format.ts'
import { FLOAT, INTEGER, isNull, type MomentForm, nameOf, refuse, type Value } from './value.ts'

/** `value` as a text, as SQLite prints it. */
export function asText(value: Value): string {
  const { sql, type, literal } = value
  if (literal) {
    const text = literalText(literal)
    return text === undefined ? refuse('a constant that SQLite prints in its own way') : quoteText(text)
  }
  if (isNull(value)) return 'NULL::text'
  if (value.partClass) return refuse('whether a part of a JSON document is an integer or a float')
  if (value.json !== undefined) return jsonText(value.json)
  if (type?.kind === 'text') return sql
  if (type?.kind === 'date') return dateText(value)
  if (value.affinity === 'TEXT') return refuse('a number that SQLite holds as a text of its own spelling')
  if (type?.kind === 'boolean') return `${sql}::int::text`
  if (type?.kind === 'integer') return `${sql}::text`
  if (isPlainDecimal(value)) return `pg_catalog.trim_scale(${sql})::text`
  return refuse(`a ${nameOf(value)} used as a text: its spelling in SQLite is not known`)
}

/** The one spelling that a date has; a cast would hang on settings. */
export function dateText({ sql }: Pick<Value, 'sql'>): string {
  return printTime('%Y-%m-%d', { ...DAY, sql }).sql
}

const DAY = { volatile: false, computed: false, shifted: false, precision: 'second' } as const

/** Up to 15 digits and 4 decimals SQLite prints them all and no exponent; whole ones it holds as integers. */
function isPlainDecimal({ type, affinity, scale }: Value): boolean {
  if (type?.kind !== 'numeric' || affinity === 'REAL' || affinity === undefined) return false
  return (type.precision ?? 16) <= 15 && (scale ?? 5) <= 4
}

/** Texts and integers are as in SQLite; fractions, arrays and objects, which it would print its own way, are not. */
function jsonText(json: string): string {
  return `(CASE pg_catalog.jsonb_typeof(${json}) WHEN 'boolean' THEN (${json})::boolean::int::text ELSE (${json}) #>> '{}' END)`
}

export interface NumberSql {
  sql: string
  kind: 'integer' | 'float' | 'mixed'
  scale?: number
}

/** `value` as an operand of arithmetic: `bigint`, or `float8` as SQLite computes. */
export function asNumber(value: Value, what: string): NumberSql {
  const { type, literal, sql, scale } = value
  const exact = scale === undefined ? {} : { scale }
  if (literal?.kind === 'text') {
    const number = numberIn(literal.value)
    return number ? asNumber(literalValue(number), what) : refuse(`${what} with a text`)
  }
  if (isNull(value)) return { sql: 'NULL::bigint', kind: 'integer' }
  if (type?.kind === 'boolean') return { sql: `${sql}::int::bigint`, kind: 'integer', scale: 0 }
  if (type?.kind === 'integer')
    return { sql: type.bits === 64 ? sql : `${sql}::bigint`, kind: 'integer', scale: 0 }
  if (type?.kind === 'float') return { sql, kind: value.mixed ? 'mixed' : 'float', ...exact }
  if (type?.kind === 'numeric')
    return { sql: `${sql}::float8`, kind: value.affinity === 'REAL' ? 'float' : 'mixed', ...exact }
  if (type?.kind === 'text' && isDigits(value)) return { sql: `${sql}::bigint`, kind: 'integer', scale: 0 }
  return refuse(`${what} with a ${nameOf(value)}`)
}

/** Texts of up to 18 digits. */
export function isDigits({ shape, literal }: Value): boolean {
  return !literal && shape !== undefined && shape.length <= 18 && /^\uE000+$/.test(shape)
}

/** `value` for a column or context of `type`. Refused where it may not be one, or would lose something. */
export function coerce(value: Value, type: LogicalType): Value {
  const { literal } = value
  if (isNull(value)) return { sql: 'NULL' }
  if (literal) {
    const sql = literalAs(literal, type)
    return sql === undefined ? refuse(`the literal is no ${showType(type)}`) : { ...value, sql, type }
  }
  const sql = cast(value, type)
  return sql === undefined ? refuse(`the expression gives no ${showType(type)}`) : { ...value, sql, type }
}

function cast(value: Value, type: LogicalType): string | undefined {
  const from = value.type
  switch (type.kind) {
    case 'text':
      return textFor(value, type.maxLength)
    case 'boolean':
      return from?.kind === 'boolean' ? value.sql : undefined
    case 'integer':
      return integerFor(value, type.bits)
    case 'float':
      if (from?.kind === 'numeric' || from?.kind === 'integer') return `${value.sql}::float8`
      if (from?.kind === 'boolean') return `${value.sql}::int::float8`
      return from?.kind === 'float' && from.bits <= type.bits ? value.sql : undefined
    case 'numeric':
      return numericFor(value, type)
    case 'date':
    case 'time':
    case 'timestamp':
      return momentFor(value, type)
    case 'json':
      if (value.fresh !== undefined) return type.binary ? value.fresh : `${value.fresh}::json`
      return from?.kind === 'json' && (from.binary === type.binary || type.binary) ? value.sql : undefined
    case 'uuid':
      if (from?.kind === 'text' && isUuidShape(value.shape)) return `${value.sql}::uuid`
      return from?.kind === 'uuid' ? value.sql : undefined
    default:
      return from?.kind === type.kind ? value.sql : undefined
  }
}

function textFor(value: Value, maxLength: number | undefined): string | undefined {
  const own = value.type?.kind === 'text' ? (value.type.maxLength ?? value.shape?.length) : undefined
  if (maxLength !== undefined && (own === undefined || own > maxLength)) return undefined
  return asText(value)
}

function integerFor(value: Value, bits: number): string | undefined {
  const { type, sql } = value
  if (type?.kind === 'boolean') return `${sql}::int`
  if (type?.kind === 'integer') return type.bits <= bits ? sql : undefined
  return bits === 64 && type?.kind === 'text' && isDigits(value) ? `${sql}::bigint` : undefined
}

/** A float goes through its text: a plain cast to `numeric` would cut it to 15 digits. */
function numericFor(value: Value, { precision, scale = 0 }: { precision?: number; scale?: number }) {
  const { type, sql } = value
  // Exactly computed it has no more decimals, so that rounding takes away nothing but the noise of floats.
  const fits = precision === undefined || (value.scale !== undefined && value.scale <= scale)
  if (!fits) return undefined
  if (type?.kind === 'boolean') return `${sql}::int`
  if (type?.kind === 'integer' || type?.kind === 'numeric') return sql
  return type?.kind === 'float' ? `${sql}::text::numeric` : undefined
}

function isUuidShape(shape: string | undefined): boolean {
  if (shape === undefined) return false
  const parts = shape.split('-').map(part => (/^[\uE000\uE0010-9a-f]*$/i.test(part) ? part.length : -1))
  return parts.join() === '32' || parts.join() === '8,4,4,4,12'
}

function momentFor({ sql, type, moment }: Value, want: LogicalType): string | undefined {
  const form = formOf(want)
  if (moment) {
    if (!moment.forms.includes(form)) return undefined
    return form === 'timestamptz' ? `(${moment.sql} AT TIME ZONE 'UTC')` : moment.sql
  }
  return type && type.kind === want.kind && formOf(type) === form ? sql : undefined
}

/** The form of a date, time or timestamp; callers ask for no other type. */
export function formOf(type: LogicalType): MomentForm {
  if (type.kind === 'timestamp') return type.zone ? 'timestamptz' : 'timestamp'
  return type.kind as MomentForm
}

/** The one type that holds all of these results (of CASE, coalesce …); refused where there is none. */
export function commonType(values: readonly Value[]): LogicalType | undefined {
  const known = values.filter(value => !isNull(value))
  const kinds = new Set(known.map(({ type }) => type?.kind))
  const [first] = known
  if (!first) return undefined
  if (known.some(({ json }) => json !== undefined))
    return refuse('a part of a JSON document: its type differs from row to row')
  const moment = known.find(({ type }) => type && ['date', 'time', 'timestamp'].includes(type.kind))
  if (moment) return moment.type
  if (kinds.size === 1) return kinds.has('text') ? { kind: 'text' } : widest(known)
  if ([...kinds].every(kind => kind === 'boolean' || kind === 'integer')) return bits(known)
  const numbers = ['boolean', 'integer', 'float', 'numeric']
  if ([...kinds].every(kind => kind !== undefined && numbers.includes(kind)))
    return kinds.has('float') ? FLOAT : { kind: 'numeric' }
  const special = known.find(({ type }) => type && ['uuid', 'inet', 'json'].includes(type.kind))
  return special?.type ?? refuse(`results of different types (${[...new Set(known.map(nameOf))].join(', ')})`)
}

/** A boolean column beside literals 0 and 1 stays boolean. */
function bits(values: readonly Value[]): LogicalType {
  const boolean = values.every(
    ({ type, literal }) =>
      type?.kind === 'boolean' ||
      (literal?.kind === 'integer' && (literal.value === 0n || literal.value === 1n)),
  )
  return boolean ? { kind: 'boolean' } : INTEGER
}

function widest(values: readonly Value[]): LogicalType {
  const [first] = values
  const kind = first!.type!.kind
  if (kind === 'integer' && values.some(({ type }) => type?.kind === 'integer' && type.bits === 64))
    return INTEGER
  if (kind === 'float') return FLOAT
  return kind === 'numeric' ? { kind: 'numeric' } : first!.type!
}
