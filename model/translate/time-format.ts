/** Formats of `strftime` (https://sqlite.org/lang_datefunc.html, 3). */
import { quoteText } from '../sql-text.ts'
import { DIGIT, refuse } from './value.ts'

/** A time of which a text is printed or a number made. */
export interface Time {
  /** A timestamp without zone, in UTC. */
  sql: string
  /** It hangs on the clock or on settings, so that nothing is lost by functions that do as well. */
  volatile: boolean
  /** Whole seconds; whole milliseconds, as SQLite has them from its clock; or microseconds of a column. */
  precision: 'second' | 'millisecond' | 'microsecond'
  /** SQLite has computed it, which rounds it to milliseconds; else it prints the seconds that it has read. */
  computed: boolean
  /** It was moved by seconds, or by an offset that is not known any more. */
  shifted: boolean
}

/** What each field prints as (`d`: any digit); what `to_char` calls it; the same of what `EXTRACT` gives, or others. */
const FIELDS: Record<string, { shape?: string; picture?: string; print: (time: Time) => string }> = {
  '%Y': { shape: 'dddd', picture: 'YYYY', print: digits('year', 4) },
  '%m': { shape: 'dd', picture: 'MM', print: digits('month', 2) },
  '%d': { shape: 'dd', picture: 'DD', print: digits('day', 2) },
  '%H': { shape: 'dd', picture: 'HH24', print: digits('hour', 2) },
  '%M': { shape: 'dd', picture: 'MI', print: digits('minute', 2) },
  '%S': { shape: 'dd', picture: 'SS', print: time => padded(seconds(time), 2) },
  '%f': { shape: 'dd.ddd', print: milliseconds },
  '%j': { shape: 'ddd', picture: 'DDD', print: digits('doy', 3) },
  '%s': { print: time => `pg_catalog.floor(${part('epoch', time)})::bigint::text` },
  '%w': { shape: 'd', print: digits('dow', 1) },
  '%u': { shape: 'd', print: digits('isodow', 1) },
  '%e': { print: digits('day', 2, ' ') },
  '%k': { print: digits('hour', 2, ' ') },
  '%I': { shape: 'dd', print: time => padded(hourOf12(time), 2) },
  '%l': { print: time => padded(hourOf12(time), 2, ' ') },
  '%p': { print: time => `(CASE WHEN ${part('hour', time)} < 12 THEN 'AM' ELSE 'PM' END)` },
  '%P': { print: time => `(CASE WHEN ${part('hour', time)} < 12 THEN 'am' ELSE 'pm' END)` },
  '%G': { shape: 'dddd', print: digits('isoyear', 4) },
  '%g': { shape: 'dd', print: time => padded(`(${part('isoyear', time)}::int % 100)`, 2) },
  '%V': { shape: 'dd', print: digits('week', 2) },
  '%U': { shape: 'dd', print: time => padded(week(time, `6 - ${part('dow', time)}::int`), 2) },
  '%W': { shape: 'dd', print: time => padded(week(time, `7 - ${part('isodow', time)}::int`), 2) },
}

const LONG: Record<string, string> = { '%F': '%Y-%m-%d', '%T': '%H:%M:%S', '%R': '%H:%M', '%%': '%' }

/** `time` printed, and what is known of its characters (see `Value.shape`). Refuses formats that SQLite has not. */
export function printTime(format: string, time: Time): { sql: string; shape?: string } {
  const parts = partsOf(format)
  const shape = parts.map(part => FIELDS[part]?.shape?.replaceAll('d', DIGIT) ?? part).join('')
  const known = parts.every(part => !FIELDS[part] || FIELDS[part].shape !== undefined)
  return { sql: time.volatile ? pictured(parts, time) : spelled(parts, time), ...(known && { shape }) }
}

/** Fields, and the texts between them. */
function partsOf(format: string): string[] {
  const long = format.replace(/%[FTR]/g, field => LONG[field]!)
  return (long.match(/%.?|[^%]+/gs) ?? []).map(part => {
    if (!part.startsWith('%') || Object.hasOwn(FIELDS, part)) return part
    return LONG[part] ?? refuse('strftime() with such a format')
  })
}

/** `to_char` is short, but depends on settings of the session in what is not used here: no index takes it. */
function pictured(parts: readonly string[], time: Time): string {
  const pictures = parts.map(part => (FIELDS[part] ? pictureOf(part, time) : quoted(part)))
  if (pictures.some(picture => picture === undefined)) return spelled(parts, time)
  return `pg_catalog.to_char(${time.sql}, ${quoteText(pictures.join(''))})`
}

function pictureOf(part: string, { precision }: Time): string | undefined {
  return part === '%f' && precision !== 'microsecond' ? 'SS.MS' : FIELDS[part]!.picture
}

function spelled(parts: readonly string[], time: Time): string {
  if (parts.length === 0) return `(CASE WHEN ${time.sql} IS NOT NULL THEN '' END)`
  const sql = parts.map(part => FIELDS[part]?.print(time) ?? quoteText(part))
  // A text alone would not be NULL where the time is.
  if (!parts.some(part => FIELDS[part]))
    return `(CASE WHEN ${time.sql} IS NOT NULL THEN ${sql.join(' || ')} END)`
  return sql.length === 1 ? sql[0]! : `(${sql.join(' || ')})`
}

/** Letters mean something to `to_char` unless they stand in quotes. */
function quoted(text: string): string {
  if (/^[-:./ ,]+$/.test(text)) return text
  return `"${text.replace(/["\\]/g, sign => `\\${sign}`)}"`
}

const part = (field: string, { sql }: Time): string => `EXTRACT(${field} FROM ${sql})`

const padded = (number: string, width: number, sign = '0'): string =>
  `pg_catalog.lpad(${number}::text, ${width}, '${sign}')`

function digits(field: string, width: number, sign = '0') {
  return (time: Time) => (width === 1 ? `${part(field, time)}::text` : padded(part(field, time), width, sign))
}

const seconds = (time: Time): string => `pg_catalog.floor(${part('second', time)})`
const hourOf12 = (time: Time): string => `((${part('hour', time)}::int + 11) % 12 + 1)`

/** The number of a week from the day of the year. */
const week = (time: Time, rest: string): string => `((${part('doy', time)}::int + ${rest}) / 7)`

/** Seconds of the minute as SQLite has them: a float, cut off at 999 milliseconds. */
const secondsRead = (time: Time): string =>
  `(${seconds(time)}::float8 + LEAST((${part('second', time)}::numeric % 1)::float8, 0.999))`

/** Milliseconds of the minute, rounded as SQLite does it when it computes with them. */
export function millisecondsOfMinute(time: Time): string {
  return `pg_catalog.floor(${secondsRead(time)} * 1000 + 0.5)`
}

function milliseconds(time: Time): string {
  if (time.precision !== 'microsecond')
    return `pg_catalog.lpad(pg_catalog.trunc(${part('second', time)}::numeric, 3)::text, 6, '0')`
  // Of halves of a millisecond that it has just read SQLite prints the float, in which they are a little more or less.
  if (!time.computed) return refuse('milliseconds of a time with more decimals')
  return `pg_catalog.lpad(pg_catalog.round(${millisecondsOfMinute(time)}::numeric / 1000, 3)::text, 6, '0')`
}
