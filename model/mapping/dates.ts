/** Dates and times in a format that the plan names, as ISO texts; and clocks on walls of a time zone as moments. */

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'offset'

interface Token {
  part: Part
  pattern: string
  read?: (text: string) => number
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The longest first. */
const TOKENS: [string, Token][] = [
  ['YYYY', { part: 'year', pattern: '\\d{4}' }],
  ['YY', { part: 'year', pattern: '\\d{2}', read: text => century(Number(text)) }],
  ['MMMM', { part: 'month', pattern: '[A-Za-z]{3,9}', read: monthOf }],
  ['MMM', { part: 'month', pattern: '[A-Za-z]{3}', read: monthOf }],
  ['MM', { part: 'month', pattern: '\\d{2}' }],
  ['M', { part: 'month', pattern: '\\d{1,2}' }],
  ['DD', { part: 'day', pattern: '\\d{2}' }],
  ['D', { part: 'day', pattern: '\\d{1,2}' }],
  ['HH', { part: 'hour', pattern: '\\d{2}' }],
  ['H', { part: 'hour', pattern: '\\d{1,2}' }],
  ['hh', { part: 'hour', pattern: '\\d{2}' }],
  ['h', { part: 'hour', pattern: '\\d{1,2}' }],
  ['mm', { part: 'minute', pattern: '\\d{2}' }],
  ['ss', { part: 'second', pattern: '\\d{2}' }],
  ['SSSSSS', { part: 'fraction', pattern: '\\d{6}' }],
  ['SSS', { part: 'fraction', pattern: '\\d{3}', read: text => Number(text) * 1000 }],
  ['A', { part: 'half', pattern: '[AaPp][Mm]', read: text => (/^p/i.test(text) ? 1 : 0) }],
  ['Z', { part: 'offset', pattern: 'Z|[+-]\\d{2}:?\\d{2}', read: offsetOf }],
]

/** As POSIX has it. */
const century = (year: number) => (year < 69 ? 2000 + year : 1900 + year)

function monthOf(text: string): number {
  return MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1
}

/** Minutes. */
function offsetOf(text: string): number {
  if (text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2))
  return text.startsWith('-') ? -minutes : minutes
}

/** What a text says; numbers as people write them. */
export interface Moment {
  year: number
  month: number
  day: number
  /** Absent of a mere day. */
  clock?: { hour: number; minute: number; second: number; micros: number }
  /** Minutes east of UTC. */
  offset?: number
}

/** Reads texts of a format; undefined where it is none: no token of a day in it, or one that stands twice. */
export function dateFormat(format: string): ((text: string) => Moment | undefined) | undefined {
  const tokens: Token[] = []
  let pattern = ''
  for (let at = 0; at < format.length; ) {
    const found = TOKENS.find(([spelling]) => format.startsWith(spelling, at))
    if (found) tokens.push(found[1])
    pattern += found ? `(${found[1].pattern})` : format[at]!.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')
    at += found?.[0].length ?? 1
  }
  const parts = tokens.map(({ part }) => part)
  if (!['year', 'month', 'day'].every(part => parts.includes(part as Part))) return undefined
  if (new Set(parts).size < parts.length) return undefined
  const whole = new RegExp(`^${pattern}$`)
  const half = parts.includes('half')
  return text => {
    const match = whole.exec(text)
    if (!match) return undefined
    const read: Partial<Record<Part, number>> = {}
    for (const [i, token] of tokens.entries()) read[token.part] = (token.read ?? Number)(match[i + 1]!)
    return momentOf(read, half)
  }
}

function momentOf(read: Partial<Record<Part, number>>, half: boolean): Moment | undefined {
  const { year = 0, month = 0, day = 0, minute = 0, second = 0, fraction = 0, offset } = read
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined
  const date = { year, month, day, ...(offset !== undefined && { offset }) }
  if (read.hour === undefined) return date
  const hour = half ? (read.hour % 12) + 12 * (read.half ?? 0) : read.hour
  const wrongHalf = half && (read.hour < 1 || read.hour > 12)
  if (wrongHalf || hour > 23 || minute > 59 || second > 59) return undefined
  return { ...date, clock: { hour, minute, second, micros: fraction } }
}

const daysOf = (year: number, month: number) => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()

const two = (value: number) => String(value).padStart(2, '0')

/** `2026-01-31`, `2026-01-31 12:00:00`, with `Z` or an offset where it names one. */
export function isoText({ year, month, day, clock, offset }: Moment): string {
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
  if (!clock) return date
  const fraction = clock.micros === 0 ? '' : `.${String(clock.micros).padStart(6, '0')}`
  return `${date} ${[clock.hour, clock.minute, clock.second].map(two).join(':')}${fraction}${offsetText(offset)}`
}

function offsetText(offset: number | undefined): string {
  if (offset === undefined) return ''
  if (offset === 0) return 'Z'
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** Offsets of a time zone, in minutes. */
export interface Zone {
  /** Of a clock on a wall; undefined where it shows such a time never, or twice. */
  ofWall: (moment: Moment) => number | undefined
  /** At a moment that names its offset. */
  at: (moment: Moment) => number
}

/** Undefined where no such time zone is known. */
export function zoneOf(name: string): Zone | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
  const at = (time: number): number => {
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    return zoneMinutes(text)
  }
  const quarters = new Map<number, number | undefined>()
  return {
    at: moment => at(wallOf(moment) - (moment.offset ?? 0) * 60_000),
    ofWall: moment => {
      const wall = wallOf(moment)
      // Whether a clock is put forward or back is the same for all of a quarter of an hour.
      const quarter = Math.floor(wall / 900_000)
      if (quarters.has(quarter)) return quarters.get(quarter)
      const around = new Set([at(wall - 86_400_000), at(wall + 86_400_000)])
      const fitting = [...around].filter(offset => at(wall - offset * 60_000) === offset)
      const found = fitting.length === 1 ? fitting[0] : undefined
      if (quarters.size < 100_000) quarters.set(quarter, found)
      return found
    },
  }
}

/** `GMT`, `GMT+01:00`, and before there were zones `GMT+00:53:28`. */
function zoneMinutes(text: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
  if (sign === undefined) return 0
  const amount = Number(hours) * 60 + Number(minutes) + Number(seconds) / 60
  return sign === '-' ? -amount : amount
}

function wallOf({ year, month, day, clock }: Moment): number {
  const date = new Date(Date.UTC(2000, month - 1, day, clock?.hour, clock?.minute, clock?.second))
  return date.setUTCFullYear(year, month - 1, day)
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** An ISO text. */
export function isoMoment(text: string): Moment | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map(part => (part ? Number(part) : undefined))
  const offset = match[8] === undefined ? undefined : offsetOf(match[8])
  const fraction = Number((match[7] ?? '').padEnd(6, '0'))
  const named = {
    year,
    month,
    day,
    ...(hour !== undefined && { hour, minute, second: second ?? 0, fraction }),
  }
  return momentOf(
    { ...named, ...(offset !== undefined && { offset }) } as Partial<Record<Part, number>>,
    false,
  )
}

/** The same moment on a clock of the offset. */
export function shifted(moment: Moment, offset: number): Moment {
  if (!moment.clock) return moment
  const date = new Date(wallOf(moment) + (offset - (moment.offset ?? 0)) * 60_000)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    clock: {
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      micros: moment.clock.micros,
    },
    offset,
  }
}
