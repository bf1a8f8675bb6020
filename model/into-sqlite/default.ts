/** Defaults: constants in the form in which the column's values are held, and the clock. */
import type { PostgresColumn } from '../postgres-schema.ts'
import type { Carried } from './carried.ts'
import { nowAs } from './expression/clock.ts'
import { translateText } from './expression/translate.ts'
import { type Context, refuse, textOf, type Value, wordsOf } from './expression/value.ts'

/** SQL of a default; `NULL` where it says nothing. */
export function defaultSql(text: string, column: PostgresColumn, carried: Carried, context: Context): string {
  const value = translateText(text, context)
  if (value.holds === 'null') return 'NULL'
  const moment = nowAs(carried.holds, value)
  if (moment) {
    if (carried.holds !== 'timestamptz')
      context.warn({
        code: 'default-in-utc',
        message: 'its default is the time in UTC; PostgreSQL takes the zone of the session',
      })
    return moment.sql
  }
  return fitting(value, column, carried)
}

function fitting(value: Value, { shape }: PostgresColumn, { holds, type }: Carried): string {
  const { constant } = value
  if (
    holds === 'digits' &&
    constant !== undefined &&
    (value.holds === 'integer' || value.holds === 'decimal')
  )
    return textOf(withScale(constant, type.kind === 'numeric' ? type.scale : undefined))
  if (type.kind === 'float' && constant !== undefined && value.holds !== 'float')
    return floatOf(constant, type.bits)
  if (holds === 'decimal' && value.holds === 'integer') return value.sql
  if (holds === 'padded' && constant !== undefined && shape.kind === 'base')
    return textOf(constant.padEnd(shape.length ?? 0, ' '))
  const isText = (kind: Value['holds']) => kind === 'text' || kind === 'word'
  if (
    value.holds === holds ||
    (isText(value.holds) && (isText(holds) || holds === 'folded' || holds === 'collated'))
  )
    return value.sql
  return refuse(`${wordsOf(value)} as the default of another type`)
}

/** The number that the column takes. */
function floatOf(constant: string, bits: 32 | 64): string {
  const value = bits === 32 ? Math.fround(Number(constant)) : Number(constant)
  return Number.isFinite(value) ? String(value) : refuse('a default that is no number')
}

/** As PostgreSQL writes it into a column of that scale. */
function withScale(text: string, scale: number | undefined): string {
  const [whole, fraction = ''] = text.split('.')
  if (scale === undefined) return text
  if (fraction.length > scale) return refuse('a default that is rounded')
  return scale === 0 ? whole! : `${whole}.${fraction.padEnd(scale, '0')}`
}
