/** Modifiers of times, over a timestamp without zone (https://sqlite.org/lang_datefunc.html, 3). */
import { type MomentForm, refuse, type Value } from './value.ts'

/** A word in small letters, or what a number of the row moves the time by. */
export type Modifier = string | { sign: string; number: string; unit: string }

/** `timestamp` after `modifier`, which is in small letters. */
export function applyModifier(timestamp: string, modifier: Modifier): string {
  if (typeof modifier !== 'string') return movedBy(timestamp, modifier)
  const start = /^start of (day|month|year)$/.exec(modifier)
  if (start) return `pg_catalog.date_trunc('${start[1]}', ${timestamp})`
  const step = /^([+-]?)(\d{1,6}) (second|minute|hour|day|month|year)s?$/.exec(modifier)
  if (step)
    return within(
      moved(timestamp, `'${step[1] === '-' ? '-' : ''}${step[2]} ${step[3]}'::interval`, step[3]!),
      step[1]!,
    )
  const weekday = /^weekday ([0-6])$/.exec(modifier)
  if (weekday) return within(onWeekday(timestamp, weekday[1]!), '+')
  return refuse(`the modifier of a time ${known(modifier)}`)
}

/** Whether the second of the minute is another one afterwards. */
export const movesSeconds = (modifier: Modifier): boolean =>
  (typeof modifier === 'string' ? modifier : modifier.unit).includes('second')

/** `'-' || days || ' days'`, where the days are an integer. */
export function modifierOf({ literal, parts }: Value): Modifier {
  if (literal?.kind === 'text') return literal.value.trim().toLowerCase()
  const [sign, number] = parts?.[0]?.literal ? [parts[0].literal, parts[1]] : [undefined, parts?.[0]]
  const unit = parts?.at(-1)?.literal
  const word = sign?.kind === 'text' ? sign.value : ''
  const match = unit?.kind === 'text' ? /^ *(second|minute|hour|day|month|year)s?$/i.exec(unit.value) : null
  const whole = number?.type?.kind === 'integer' && !number.literal && number.affinity !== 'TEXT'
  if (!match || !whole || !/^[+-]?$/.test(word) || parts?.length !== (sign ? 3 : 2))
    return refuse('a modifier of a time that is no constant')
  return { sign: word, number: number.sql, unit: match[1]!.toLowerCase() }
}

/** How many of a unit there are in 14712 years, which are all that SQLite knows, and in the 4700 behind year 1. */
const MOST: Record<string, [forward: string, back: string]> = {
  second: ['464269060799', '148318000000'],
  minute: ['7737817679', '2471960000'],
  hour: ['128963627', '41199000'],
  day: ['5373484', '1716000'],
  month: ['176545', '56400'],
  year: ['14712', '4700'],
}

/** Behind a sign SQLite takes no other, and beyond what it knows there is no time. */
function movedBy(timestamp: string, { sign, number, unit }: Exclude<Modifier, string>): string {
  const step = `${sign === '-' ? '-' : ''}1 ${unit}`
  const [forward, back] = MOST[unit]!
  const range = sign === '' ? `-${back} AND ${forward}` : `0 AND ${sign === '-' ? back : forward}`
  const result = moved(timestamp, `(${number} * '${step}'::interval)`, unit)
  const known = `NULLIF(LEAST(GREATEST(${result}, ${FIRST}), ${LAST}), ${LAST})`
  return `(CASE WHEN ${number} BETWEEN ${range} THEN NULLIF(${known}, ${FIRST}) END)`
}

/** What is earlier, PostgreSQL counts in other years. */
const FIRST = "'0001-12-31 BC'::timestamp"
const LAST = "'9999-12-31 24:00:00'::timestamp"

/** After the year 9999 there is nothing to SQLite. */
const within = (timestamp: string, sign: string): string =>
  sign === '-' ? timestamp : `NULLIF(LEAST(${timestamp}, ${LAST}), ${LAST})`

const known = (modifier: string): string =>
  /^(localtime|utc|auto|julianday|unixepoch|subsec|subsecond|ceiling|floor)$/.test(modifier)
    ? `'${modifier}'`
    : 'of this kind'

/** The 31st of a month without one is the 1st of the next to SQLite, and the 30th to PostgreSQL. */
function moved(timestamp: string, interval: string, unit: string): string {
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
