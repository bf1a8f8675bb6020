/** Modifiers of times, over a timestamp without zone (https://sqlite.org/lang_datefunc.html, 3). */
import { type MomentForm, refuse } from './value.ts'

/** `timestamp` after `modifier`, which is in small letters. */
export function applyModifier(timestamp: string, modifier: string): string {
  const start = /^start of (day|month|year)$/.exec(modifier)
  if (start) return `pg_catalog.date_trunc('${start[1]}', ${timestamp})`
  const step = /^([+-]?)(\d{1,6}) (second|minute|hour|day|month|year)s?$/.exec(modifier)
  if (step) return moved(timestamp, `${step[1] === '-' ? '-' : ''}${step[2]} ${step[3]}`, step[3]!)
  const weekday = /^weekday ([0-6])$/.exec(modifier)
  if (weekday) return onWeekday(timestamp, weekday[1]!)
  return refuse(`the modifier of a time ${known(modifier)}`)
}

const known = (modifier: string): string =>
  /^(localtime|utc|auto|julianday|unixepoch|subsec|subsecond|ceiling|floor)$/.test(modifier)
    ? `'${modifier}'`
    : 'of this kind'

/** The 31st of a month without one is the 1st of the next to SQLite, and the 30th to PostgreSQL. */
function moved(timestamp: string, step: string, unit: string): string {
  const interval = `'${step}'::interval`
  if (unit !== 'month' && unit !== 'year') return `(${timestamp} + ${interval})`
  const month = `pg_catalog.date_trunc('month', ${timestamp})`
  return `(${month} + ${interval} + (${timestamp} - ${month}))`
}

function onWeekday(timestamp: string, day: string): string {
  return `(${timestamp} + ((${day} - EXTRACT(dow FROM ${timestamp})::int + 7) % 7) * '1 day'::interval)`
}

/** A timestamp as its printed form tells it: seconds or milliseconds, or a date or a time of day alone. */
export function roundOf(timestamp: string, form: MomentForm, fraction: boolean): string {
  if (form === 'date') return `${timestamp}::date`
  const cut = `pg_catalog.date_trunc('${fraction ? 'milliseconds' : 'second'}', ${timestamp})`
  return form === 'time' ? `${cut}::time` : cut
}
