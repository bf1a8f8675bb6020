/** Dates and times (https://sqlite.org/lang_datefunc.html). SQLite's clock is UTC. */
import { isTimeText } from '../literal-forms.ts'
import { quote } from './literal.ts'
import type { TimesInText } from './scope.ts'
import { formatOf } from './time-format.ts'
import { applyModifier, roundOf } from './time-modifiers.ts'
import {
  type Context,
  DIGIT,
  FLOAT,
  INTEGER,
  isNull,
  type MomentForm,
  NULL,
  nameOf,
  refuse,
  TEXT,
  type Value,
} from './value.ts'

type Table = Record<
  string,
  { least: number; most: number; translate: (values: Value[], context: Context) => Value }
>

export const TIME_FUNCTIONS: Table = {
  date: { least: 0, most: 20, translate: (values, context) => printed('%Y-%m-%d', values, context) },
  time: { least: 0, most: 20, translate: (values, context) => printed('%H:%M:%S', values, context) },
  datetime: {
    least: 0,
    most: 20,
    translate: (values, context) => printed('%Y-%m-%d %H:%M:%S', values, context),
  },
  strftime: { least: 1, most: 20, translate: strftime },
  unixepoch: { least: 0, most: 20, translate: (values, context) => epoch(timestampOf(values, context)) },
  julianday: { least: 0, most: 20, translate: (values, context) => julianDay(timestampOf(values, context)) },
}

const NOW = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"

const CURRENT = { CURRENT_TIMESTAMP: '%Y-%m-%d %H:%M:%S', CURRENT_DATE: '%Y-%m-%d', CURRENT_TIME: '%H:%M:%S' }

export function currentTime(what: keyof typeof CURRENT, context: Context): Value {
  return printed(CURRENT[what], [], context)
}

function strftime([format, ...values]: Value[], context: Context): Value {
  if (format?.literal?.kind !== 'text') return refuse('strftime() with a format that is no constant')
  return printed(format.literal.value, values, context)
}

/** Formats whose text the target has a type for. */
const FORMS: Record<string, MomentForm[]> = {
  '%Y-%m-%d': ['date'],
  '%H:%M:%S': ['time'],
  '%Y-%m-%d %H:%M:%S': ['timestamp', 'timestamptz'],
  '%Y-%m-%d %H:%M:%f': ['timestamp', 'timestamptz'],
  '%Y-%m-%dT%H:%M:%S': ['timestamp'],
  '%Y-%m-%dT%H:%M:%f': ['timestamp'],
  '%Y-%m-%dT%H:%M:%SZ': ['timestamptz'],
  '%Y-%m-%dT%H:%M:%fZ': ['timestamptz'],
}

function printed(format: string, values: Value[], context: Context): Value {
  const timestamp = timestampOf(values, context)
  if (timestamp === undefined) return NULL
  if (format === '%s') return { sql: `${secondsOf(timestamp)}::text`, type: TEXT, shape: DIGIT.repeat(10) }
  const { picture, shape } = formatOf(format)
  context.volatile = true
  const forms = Object.hasOwn(FORMS, format) ? FORMS[format]! : undefined
  return {
    sql: `pg_catalog.to_char(${timestamp}, ${quote(picture)})`,
    type: TEXT,
    ...(shape !== undefined && { shape }),
    ...(forms && { moment: { sql: roundOf(timestamp, forms[0]!, format.includes('%f')), forms } }),
  }
}

const secondsOf = (timestamp: string): string => `pg_catalog.floor(EXTRACT(epoch FROM ${timestamp}))::bigint`

function epoch(timestamp: string | undefined): Value {
  return timestamp === undefined ? NULL : { sql: secondsOf(timestamp), type: INTEGER, scale: 0 }
}

/** The quotient of the same two integers as in SQLite: milliseconds since noon of 24 November 4714 BC. */
function julianDay(timestamp: string | undefined): Value {
  if (timestamp === undefined) return NULL
  const milliseconds = `pg_catalog.floor(EXTRACT(epoch FROM ${timestamp}) * 1000)::float8 + 210866760000000`
  return { sql: `((${milliseconds}) / 86400000)`, type: FLOAT }
}

/** The time that the arguments of a function speak of, as a timestamp in UTC; undefined for NULL. */
function timestampOf([value, ...modifiers]: Value[], context: Context): string | undefined {
  if ([value, ...modifiers].some(one => one && isNull(one))) return undefined
  const words = modifiers.map(({ literal }) =>
    literal?.kind === 'text'
      ? literal.value.trim().toLowerCase()
      : refuse('a modifier of a time that is no constant'),
  )
  if (words[0] === 'unixepoch') return words.slice(1).reduce(applyModifier, fromEpoch(value!))
  return words.reduce(applyModifier, value ? start(value, context) : now(context))
}

function now(context: Context): string {
  context.volatile = true
  return NOW
}

function start(value: Value, context: Context): string {
  const { type, sql, literal, moment } = value
  if (literal?.kind === 'text')
    return literal.value.toLowerCase() === 'now' ? now(context) : constantTime(literal.value)
  if (type?.kind === 'timestamp') return type.zone ? `(${sql} AT TIME ZONE 'UTC')` : sql
  if (type?.kind === 'date') return `${sql}::timestamp`
  if (type?.kind === 'text' && value.times) return fromText(sql, value.times, context)
  if (moment && /^(date|timestamp)$/.test(moment.forms[0]!)) return `${moment.sql}::timestamp`
  return refuse(`the time that a ${nameOf(value)} speaks of: its form may differ from row to row`)
}

/** What PostgreSQL cannot read is an error there; the scan has found nothing of the kind. */
function fromText(sql: string, times: TimesInText, context: Context): string {
  context.volatile = true
  return times === 'timestamptz' ? `(${sql}::timestamptz AT TIME ZONE 'UTC')` : `${sql}::timestamp`
}

function constantTime(text: string): string {
  const form = (['date', 'timestamp'] as const).find(form => isTimeText(text, form))
  return form && !text.includes('.') ? `${quote(text)}::timestamp` : refuse('a constant time in such a form')
}

function fromEpoch(value: Value): string {
  if (value.type?.kind !== 'integer') return refuse(`'unixepoch' over a ${nameOf(value)}`)
  return `('1970-01-01 00:00:00'::timestamp + ${value.sql} * '1 second'::interval)`
}
