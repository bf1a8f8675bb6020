/** Functions that give the same in both engines, or nearly so with a warning. */

import { NOW, RANDOM_UUID } from '../../own-defaults.ts'
import { now } from './clock.ts'
import { comparable, truth } from './compare.ts'
import { type Context, common, isNumber, refuse, textOf, type Value, wordsOf } from './value.ts'

type Translate = (given: Value[], context: Context) => Value

/** A call of a function of the system, or of a well-known extension. */
export function call(name: string, given: Value[], context: Context): Value {
  const translate = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  return translate ? translate(given, context) : refuse(`the function ${name}()`)
}

const FUNCTIONS: Record<string, Translate> = {
  lower: caseless('lower'),
  upper: caseless('upper'),
  length,
  char_length: length,
  character_length: length,
  octet_length: given => ({ sql: `octet_length(${texts(given, 1)[0]!.sql})`, holds: 'integer' }),
  abs: ([value, ...rest]) =>
    value && rest.length === 0 && isNumber(value)
      ? { sql: `abs(${value.sql})`, holds: value.holds }
      : refuse('abs() of something else than a number'),
  coalesce: given => ({ sql: `COALESCE(${sqlOf(given)})`, holds: common(given) }),
  nullif: given => {
    const [left, right] = given
    if (!left || !right) return refuse('nullif()')
    if (comparable('=', left, right) === 'digits') return refuse('nullif() of a decimal held as text')
    return { sql: `NULLIF(${sqlOf(given)})`, holds: left.holds }
  },
  btrim: trim('trim'),
  ltrim: trim('ltrim'),
  rtrim: trim('rtrim'),
  substring,
  substr: substring,
  left: given => {
    const [text, count] = given
    if (!text || !isText(text) || !isCount(count, 0))
      return refuse('left() with a length that is no constant')
    return { sql: `substr(${text.sql}, 1, ${count!.sql})`, holds: 'text' }
  },
  replace: given => ({ sql: `replace(${sqlOf(texts(given, 3))})`, holds: 'text' }),
  strpos: given => ({ sql: `instr(${sqlOf(texts(given, 2))})`, holds: 'integer' }),
  starts_with: given => {
    const [text, start] = texts(given, 2)
    return truth(`(substr(${text!.sql}, 1, length(${start!.sql})) = ${start!.sql})`)
  },
  num_nonnulls: given => ({ sql: `(${given.map(isThere('NOT NULL')).join(' + ')})`, holds: 'integer' }),
  num_nulls: given => ({ sql: `(${given.map(isThere('NULL')).join(' + ')})`, holds: 'integer' }),
  date_trunc: dateTrunc,
  now: (_given, context) => now('timestamptz', context),
  transaction_timestamp: (_given, context) => now('timestamptz', context),
  statement_timestamp: (_given, context) => now('timestamptz', context),
  clock_timestamp: (_given, context) => now('timestamptz', context),
  timezone: inUtc,
  gen_random_uuid: randomUuid,
  uuid_generate_v4: randomUuid,
}

const sqlOf = (values: readonly Value[]): string => values.map(({ sql }) => sql).join(', ')

const isText = ({ holds }: Value): boolean => holds === 'text' || holds === 'word'

function texts(given: Value[], count: number): Value[] {
  const odd = given.find(value => !isText(value))
  if (odd) return refuse(`a function of texts over ${wordsOf(odd)}`)
  return given.length === count ? given : refuse('a function with other arguments')
}

const isThere = (what: string) => (value: Value) => `(${value.sql} IS ${what})`

function caseless(name: 'lower' | 'upper'): Translate {
  return (given, context) => {
    const [text] = texts(given, 1)
    context.warn({
      code: 'case-of-ascii-only',
      message: `${name}() changes only the letters A to Z in SQLite, those of all languages in PostgreSQL`,
    })
    return { sql: `${name}(${text!.sql})`, holds: 'text' }
  }
}

/** Characters, or bytes of bytes; blanks that fill up do not count. */
function length([value, ...rest]: Value[]): Value {
  if (!value || rest.length > 0) return refuse('length() with an encoding')
  if (value.holds === 'padded') return { sql: `length(rtrim(${value.sql}))`, holds: 'integer' }
  const known = isText(value) || value.holds === 'bytes'
  return known ? { sql: `length(${value.sql})`, holds: 'integer' } : refuse(`the length of ${wordsOf(value)}`)
}

function trim(name: string): Translate {
  return given => ({ sql: `${name}(${sqlOf(texts(given, given.length))})`, holds: 'text' })
}

/** Below 1 the engines count differently. */
function substring([text, from, count]: Value[]): Value {
  if (!text || !isText(text) || !isCount(from, 1) || (count && !isCount(count, 0)))
    return refuse('substring() with places that are no constants')
  return { sql: `substr(${sqlOf([text, from!, ...(count ? [count] : [])])})`, holds: 'text' }
}

const isCount = (value: Value | undefined, least: number): boolean =>
  value?.holds === 'integer' && value.constant !== undefined && Number(value.constant) >= least

const KEPT: Record<string, { length: number; rest: string }> = {
  year: { length: 4, rest: '-01-01 00:00:00' },
  month: { length: 7, rest: '-01 00:00:00' },
  day: { length: 10, rest: ' 00:00:00' },
  hour: { length: 13, rest: ':00:00' },
  minute: { length: 16, rest: ':00' },
  second: { length: 19, rest: '' },
}

function dateTrunc([unit, moment, ...rest]: Value[]): Value {
  const kept = KEPT[unit?.constant ?? '']
  if (!kept || moment?.holds !== 'timestamp' || rest.length > 0) return refuse('date_trunc() of an instant')
  const start = `substr(${moment.sql}, 1, ${kept.length})`
  return { sql: kept.rest ? `(${start} || ${textOf(kept.rest)})` : start, holds: 'timestamp' }
}

/** The clock on a wall in Greenwich. */
function inUtc([zone, instant]: Value[], context: Context): Value {
  const isUtc = /^(utc|gmt)$/i.test(zone?.constant ?? '')
  if (!isUtc || instant?.holds !== 'timestamptz') return refuse('the time of a zone')
  if (instant.sql === NOW.timestamptz) return now('timestamp', context)
  return { sql: `replace(${instant.sql}, '+00:00', '')`, holds: 'timestamp' }
}

function randomUuid(_given: Value[], { clock }: Context): Value {
  return clock ? { sql: RANDOM_UUID, holds: 'uuid' } : refuse('chance')
}
