/** Dates and times (https://sqlite.org/lang_datefunc.html). SQLite's clock is UTC. */

import { isTimeText } from '../literal-forms.ts'
import { quoteText } from '../sql-text.ts'
import type { TimesInText } from './scope.ts'
import { millisecondsOfMinute, printTime, type Time } from './time-format.ts'
import { applyModifier, modifierOf, movesSeconds, roundOf } from './time-modifiers.ts'
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
  unixepoch: { least: 0, most: 20, translate: epoch },
  julianday: { least: 0, most: 20, translate: julianDay },
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
  const read = timeOf(values, context)
  if (read === undefined) return NULL
  const { fraction, ...time } = read
  if (format === '%s') return { sql: `${secondsOf(time)}::text`, type: TEXT, shape: DIGIT.repeat(10) }
  const full = fraction ? format.replace('%S', '%f') : format
  if (full.includes('%f')) refuseShifted(time)
  const forms = Object.hasOwn(FORMS, full) && (full === format || fraction) ? FORMS[full]! : undefined
  return {
    ...printTime(full, time),
    type: TEXT,
    ...(forms && momentOf(time, forms, full.includes('%f'))),
  }
}

/** Milliseconds of a column are rounded in the text, by a rule that only its text follows. */
function momentOf(time: Time, forms: MomentForm[], fraction: boolean): Pick<Value, 'moment'> {
  if (fraction && time.precision === 'microsecond') return {}
  return { moment: { sql: roundOf(time.sql, forms[0]!, fraction), forms } }
}

const secondsOf = ({ sql }: Time): string => `pg_catalog.floor(EXTRACT(epoch FROM ${sql}))::bigint`

/** Milliseconds since 1970, rounded as SQLite does it. */
function millisecondsOf(time: Time): string {
  refuseShifted(time)
  const { sql, precision } = time
  if (precision !== 'microsecond') return `pg_catalog.floor(EXTRACT(epoch FROM ${sql}) * 1000)::float8`
  const minute = `EXTRACT(epoch FROM pg_catalog.date_trunc('minute', ${sql}))`
  return `(${minute}::float8 * 1000 + ${millisecondsOfMinute(time)})`
}

function epoch(values: Value[], context: Context): Value {
  const time = timeOf(values, context)
  if (time === undefined) return NULL
  if (time.fraction) return { sql: `(${millisecondsOf(time)} / 1000)`, type: FLOAT }
  return { sql: secondsOf(time), type: INTEGER, scale: 0 }
}

/** The quotient of the same two integers as in SQLite: milliseconds since noon of 24 November 4714 BC. */
function julianDay(values: Value[], context: Context): Value {
  const time = timeOf(values, context)
  if (time === undefined) return NULL
  return { sql: `((${millisecondsOf(time)} + 210866760000000) / 86400000)`, type: FLOAT }
}

/** What is rounded hangs on the second that it was read with. */
function refuseShifted({ shifted, precision }: Time): void {
  if (shifted && precision === 'microsecond') refuse('milliseconds of a time that was moved by seconds')
}

/** The time that the arguments of a function speak of; undefined for NULL. `fraction`: milliseconds are asked for. */
function timeOf(values: Value[], context: Context): (Time & { fraction: boolean }) | undefined {
  if (values.some(isNull)) return undefined
  const first = values[0]
  const isWord = first !== undefined && isSubsecond(first)
  const value = isWord ? undefined : first
  const modifiers = isWord ? values : values.slice(1)
  const words = modifiers.map(modifierOf)
  const steps = words.filter(word => typeof word !== 'string' || !/^subsec(ond)?$/.test(word))
  const fraction = steps.length < words.length
  const isEpoch = steps[0] === 'unixepoch' && value !== undefined
  const time = isEpoch ? fromEpoch(value) : value ? start(value, context) : now()
  const moves = isEpoch ? steps.slice(1) : steps
  context.volatile ||= time.volatile
  return {
    ...time,
    sql: moves.reduce<string>(applyModifier, time.sql),
    computed: time.computed || moves.length > 0,
    shifted: moves.some(movesSeconds),
    fraction,
  }
}

const isSubsecond = ({ literal }: Value): boolean =>
  literal?.kind === 'text' && /^subsec(ond)?$/i.test(literal.value)

const KNOWN = { volatile: false, computed: false, shifted: false }

/** SQLite reads its clock in milliseconds. */
const now = (): Time => ({ ...KNOWN, sql: NOW, volatile: true, precision: 'millisecond' })

function start(value: Value, context: Context): Time {
  const { type, sql, literal, moment } = value
  if (literal?.kind === 'text')
    return literal.value.toLowerCase() === 'now' ? now() : constantTime(literal.value)
  const stored = { ...KNOWN, precision: 'microsecond' as const }
  if (type?.kind === 'timestamp')
    return type.zone ? { ...stored, sql: `(${sql} AT TIME ZONE 'UTC')`, shifted: true } : { ...stored, sql }
  if (type?.kind === 'date') return { ...KNOWN, sql: `${sql}::timestamp`, precision: 'second' }
  if (type?.kind === 'text' && value.times)
    return { ...stored, ...fromText(sql, value.times), volatile: true }
  if (moment && /^(date|timestamp)$/.test(moment.forms[0]!))
    return { ...KNOWN, sql: `${moment.sql}::timestamp`, volatile: context.volatile, precision: 'millisecond' }
  return refuse(`the time that a ${nameOf(value)} speaks of: its form may differ from row to row`)
}

/** What PostgreSQL cannot read is an error there; the scan has found nothing of the kind. */
function fromText(sql: string, times: TimesInText): Pick<Time, 'sql' | 'shifted'> {
  return times === 'timestamptz'
    ? { sql: `(${sql}::timestamptz AT TIME ZONE 'UTC')`, shifted: true }
    : { sql: `${sql}::timestamp`, shifted: false }
}

function constantTime(text: string): Time {
  const form = (['date', 'timestamp'] as const).find(form => isTimeText(text, form))
  if (!form || text.includes('.')) return refuse('a constant time in such a form')
  return { ...KNOWN, sql: `${quoteText(text)}::timestamp`, precision: 'second' }
}

const EPOCH = "'1970-01-01 00:00:00'::timestamp"
/** Seconds of the years 1 to 9999, beyond which SQLite knows no time. */
const WITHIN = 'BETWEEN -62135596800 AND 253402300799'

/** Seconds since 1970. A float becomes the milliseconds of a julian day, rounded there. */
function fromEpoch(value: Value): Time {
  const { type, sql } = value
  const of = (time: string) => `(CASE WHEN ${sql} ${WITHIN} THEN ${EPOCH} + ${time} END)`
  if (type?.kind === 'integer')
    return { ...KNOWN, sql: of(`${sql} * '1 second'::interval`), precision: 'second' }
  if (type?.kind !== 'float') return refuse(`'unixepoch' over a ${nameOf(value)}`)
  const rounded = `pg_catalog.floor(${sql} * 1000 + 210866760000000 + 0.5) - 210866760000000`
  return { ...KNOWN, sql: of(`(${rounded}) * '1 millisecond'::interval`), precision: 'millisecond' }
}
