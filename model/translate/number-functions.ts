/** Functions over numbers (https://sqlite.org/lang_corefunc.html, https://sqlite.org/lang_mathfunc.html). */
import { collationOf } from './collation.ts'
import { asNumber, coerce, commonType } from './convert.ts'
import { exactRound } from './exact.ts'
import { FLOAT, INTEGER, isMomentType, isNull, NULL, refuse, type Value } from './value.ts'

export const NUMBER_FUNCTIONS = {
  abs: { least: 1, most: 1, translate: ([value]: Value[]) => abs(value!) },
  round: { least: 1, most: 2, translate: round },
  min: { least: 2, most: 100, translate: (values: Value[]) => extreme('LEAST', values) },
  max: { least: 2, most: 100, translate: (values: Value[]) => extreme('GREATEST', values) },
  ceil: { least: 1, most: 1, translate: ([value]: Value[]) => whole('ceil', value!) },
  ceiling: { least: 1, most: 1, translate: ([value]: Value[]) => whole('ceil', value!) },
  floor: { least: 1, most: 1, translate: ([value]: Value[]) => whole('floor', value!) },
  trunc: { least: 1, most: 1, translate: ([value]: Value[]) => whole('trunc', value!) },
  sign: { least: 1, most: 1, translate: ([value]: Value[]) => sign(value!) },
  sqrt: { least: 1, most: 1, translate: ([value]: Value[]) => sqrt(value!) },
}

function abs(value: Value): Value {
  // SQLite makes floats of texts here.
  if (value.type?.kind === 'text') return refuse('abs() of a text')
  const { sql, kind, scale } = asNumber(value, 'abs()')
  const type = kind === 'integer' ? INTEGER : FLOAT
  return {
    sql: `pg_catalog.abs(${sql})`,
    type,
    ...(kind === 'mixed' && { mixed: true }),
    ...(scale !== undefined && { scale }),
  }
}

/** A float, even of an integer; halves go away from zero. */
function round([value, places]: Value[]): Value {
  const { sql, kind } = asNumber(value!, 'round()')
  if (isNull(value!)) return NULL
  const digits =
    places === undefined ? 0n : places.literal?.kind === 'integer' ? places.literal.value : undefined
  if (digits === undefined) return refuse('round() to a number of digits that is no constant')
  if (kind === 'integer') return { sql: `${sql}::float8`, type: FLOAT, scale: 0 }
  if (digits <= 0n) return { sql: roundWhole(sql), type: FLOAT, scale: 0 }
  // Both engines round what the float is and not what it prints as: 2.675 is a little less and becomes 2.67.
  // From the third decimal on SQLite's own conversion goes wrong in 1 of 300 halves, as 16.7805, which becomes 16.781.
  if (digits > 2n) return refuse('round() of a float to more than 2 digits')
  return { sql: exactRound(sql, Number(digits)), type: FLOAT, scale: Number(digits) }
}

/** PostgreSQL's own `round` takes halves of floats to the even neighbour. */
function roundWhole(sql: string): string {
  return `(pg_catalog.sign(${sql}) * (pg_catalog.floor(pg_catalog.abs(${sql})) + (pg_catalog.abs(${sql}) - pg_catalog.floor(pg_catalog.abs(${sql})) >= 0.5)::int))`
}

/** Unlike the target's, SQLite's `min` and `max` of several are NULL where one of them is. */
function extreme(name: 'LEAST' | 'GREATEST', values: Value[]): Value {
  if (values.some(isNull)) return NULL
  if (values.some(({ type, mixed }) => type?.kind === 'text' && mixed))
    return refuse('min() or max() of texts and numbers')
  const type = commonType(values)!
  if (type.kind === 'text' && collationOf(values[0]!, values[1]) !== 'BINARY')
    return refuse('min() or max() by a collation')
  if (['bytes', 'json', 'uuid', 'inet', 'boolean'].includes(type.kind))
    return refuse(`min() or max() of such values`)
  const sql = values.map(value => coerce(value, type).sql)
  const open = values.flatMap(({ literal }, i) => (literal ? [] : `${sql[i]} IS NULL`))
  const parts = type.kind === 'text' ? sql.map(one => `${one} COLLATE "C"`) : sql
  const call = `${name}(${parts.join(', ')})`
  const result = isMomentType(type) ? {} : mixedOf(values)
  return {
    sql: open.length > 0 ? `(CASE WHEN ${open.join(' OR ')} THEN NULL ELSE ${call} END)` : call,
    type,
    ...result,
  }
}

function mixedOf(values: Value[]): Partial<Value> {
  const scales = values.map(({ scale }) => scale)
  const kinds = new Set(values.map(({ type }) => type?.kind))
  return {
    ...(scales.every(scale => scale !== undefined) && { scale: Math.max(...scales) }),
    ...((kinds.size > 1 || values.some(({ mixed }) => mixed)) && { mixed: true }),
  }
}

function whole(name: string, value: Value): Value {
  const { sql, kind } = asNumber(value, `${name}()`)
  if (kind === 'integer') return { sql, type: INTEGER, scale: 0 }
  return {
    sql: `pg_catalog.${name}(${sql})`,
    type: FLOAT,
    scale: 0,
    ...(kind === 'mixed' && { mixed: true }),
  }
}

function sign(value: Value): Value {
  return { sql: `pg_catalog.sign(${asNumber(value, 'sign()').sql})::int`, type: INTEGER, scale: 0 }
}

/** Of a negative number SQLite gives NULL. */
function sqrt(value: Value): Value {
  const { sql } = asNumber(value, 'sqrt()')
  return { sql: `(CASE WHEN ${sql} >= 0 THEN pg_catalog.sqrt(${sql}::float8) END)`, type: FLOAT }
}
