/** CAST, as far as it surely gives the same (https://sqlite.org/lang_expr.html, CAST expressions). */
import type { Expression } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { affinityOf } from './affinity.ts'
import { bytesOf } from './blob-functions.ts'
import { asText } from './convert.ts'
import { BYTES, type Context, FLOAT, INTEGER, isNull, nameOf, refuse, TEXT, type Value } from './value.ts'

export function translateCast(
  node: Extract<Expression, { kind: 'cast' }>,
  context: Context,
  want?: LogicalType,
): Value {
  const value = context.value(node.operand)
  const affinity = affinityOf(node.type)
  if (isNull(value) && want) return { sql: 'NULL', affinity, empty: true }
  if (isNull(value)) return { ...castTo(value, affinity), affinity, empty: true }
  const collating = value.collating && { collating: value.collating }
  return { ...castTo(value, affinity), affinity, ...collating }
}

function castTo(value: Value, affinity: ReturnType<typeof affinityOf>): Value {
  switch (affinity) {
    case 'INTEGER':
      return { sql: integerOf(value), type: INTEGER, scale: 0 }
    case 'REAL':
      return { sql: floatOf(value), type: FLOAT, ...(value.scale !== undefined && { scale: value.scale }) }
    case 'TEXT':
      return { sql: asText(value), type: TEXT, ...(value.shape !== undefined && { shape: value.shape }) }
    case 'BLOB':
      return { sql: bytesOf(value), type: BYTES }
    case 'NUMERIC':
      return numericOf(value)
  }
}

const SPACE = '[ \\t\\n\\v\\f\\r]*'

function integerOf(value: Value): string {
  const { sql, type } = value
  if (isNull(value)) return 'NULL::bigint'
  if (type?.kind === 'boolean') return `${sql}::int::bigint`
  if (type?.kind === 'integer') return `${sql}::bigint`
  if (type?.kind === 'float' || type?.kind === 'numeric') return `pg_catalog.trunc(${sql})::bigint`
  if (value.json === undefined && type?.kind !== 'text')
    return refuse(`CAST of a ${nameOf(value)} to an integer`)
  const text = asText(value)
  const digits = `pg_catalog.substring(${text}, E'^${SPACE.replaceAll('\\', '\\\\')}([+-]?[0-9]+)')::numeric`
  const clamped = `LEAST(GREATEST(COALESCE(${digits}, 0), -9223372036854775808), 9223372036854775807)`
  return orNull(text, `${clamped}::bigint`)
}

function floatOf(value: Value): string {
  const { sql, type } = value
  if (isNull(value)) return 'NULL::float8'
  if (type?.kind === 'boolean') return `${sql}::int::float8`
  if (type?.kind === 'integer' || type?.kind === 'float' || type?.kind === 'numeric') return `${sql}::float8`
  if (value.json === undefined && type?.kind !== 'text')
    return refuse(`CAST of a ${nameOf(value)} to a float`)
  return castableFloat(asText(value))
}

/** The number that a text begins with, or 0. */
export function castableFloat(text: string): string {
  const number = String.raw`([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)`
  return orNull(
    text,
    `COALESCE(pg_catalog.substring(${text}, E'^${SPACE.replaceAll('\\', '\\\\')}${number}')::float8, 0)`,
  )
}

/** GREATEST and LEAST, and the defaults, would make a number of NULL. */
const orNull = (text: string, sql: string) => `(CASE WHEN ${text} IS NOT NULL THEN ${sql} END)`

/** Numbers stay what they are; a text could become either kind of number. */
function numericOf(value: Value): Value {
  const kind = value.type?.kind
  if (kind === 'boolean') return { sql: `${value.sql}::int`, type: INTEGER, scale: 0 }
  if (kind === 'integer' || kind === 'numeric') return value
  if (kind === 'float') return { ...value, mixed: true }
  return refuse(`CAST of a ${nameOf(value)} to NUMERIC`)
}
