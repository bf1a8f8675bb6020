/**
 * Dates and times from ISO text, by the Gregorian calendar, years 0001 to 9999, to the microsecond. Read
 * with no help of `Date`, whose answers depend on the worker's zone and stop at milliseconds.
 */
import type { Encode, Refuse } from './encode.ts'
import { bigint, int8 } from './encode-numbers.ts'
import type { Writer } from './writer.ts'

const DATE = /^\d{4}-\d\d-\d\d$/
const CLOCK = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})0*)?)?/
const OFFSET = /^(?:Z|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/i

const SECOND = 1_000_000
const DAY_SECONDS = 86_400

/** `YYYY-MM-DD`. */
export function date(refuse: Refuse): Encode {
  const dayOf = dayCache(refuse)
  return (cell, writer) => {
    if (typeof cell !== 'string') return refuse('it is no date in ISO text')
    const day = dayOf(cell)
    writer.int32(4)
    writer.int32(day)
  }
}

/** `HH:MM[:SS[.ffffff]]`; 24:00:00 is the end of the day. */
export function time(refuse: Refuse): Encode {
  return (cell, writer) => {
    const clock = typeof cell === 'string' ? readClock(cell) : undefined
    if (clock?.rest !== '') return refuse('it is no time in ISO text')
    const micros = clock.seconds * SECOND + clock.micros
    if (micros > DAY_SECONDS * SECOND) refuse('it is no time of a day')
    int8(micros, writer)
  }
}

/**
 * `YYYY-MM-DD[T| ]HH:MM[:SS[.ffffff]]`, with an offset only where the type is an instant; without one it is
 * taken as UTC there, which is what SQLite's own functions write.
 */
export function timestamp(zone: boolean, refuse: Refuse): Encode {
  const dayOf = dayCache(refuse)
  return (cell, writer) => {
    if (typeof cell !== 'string' || !isSeparator(cell.charCodeAt(10)))
      return refuse('it is no timestamp in ISO text')
    const day = dayOf(cell.slice(0, 10))
    const clock = readClock(cell.slice(11))
    if (!clock) return refuse('it is no timestamp in ISO text')
    if (clock.seconds >= DAY_SECONDS) refuse('it is no time of a day')
    const offset = clock.rest === '' ? 0 : offsetSeconds(clock.rest)
    if (offset === undefined) return refuse('what follows the time is no offset')
    if (clock.rest !== '' && !zone) refuse('it has an offset, which this type would lose')
    writeMicros(day * DAY_SECONDS + clock.seconds - offset, clock.micros, writer)
  }
}

const isSeparator = (unit: number) => unit === 0x20 || unit === 0x54 || unit === 0x74

/** Seconds and microseconds apart, as their sum may pass 2^53 (from the year 2285 on). */
function writeMicros(seconds: number, micros: number, writer: Writer): void {
  const sum = seconds * SECOND + micros
  if (Number.isSafeInteger(sum)) int8(sum, writer)
  else bigint(BigInt(seconds) * 1_000_000n + BigInt(micros), writer)
}

interface Clock {
  seconds: number
  micros: number
  rest: string
}

/** Hours up to 24 (with nothing after it), minutes and seconds up to 59: a leap second has no place. */
function readClock(text: string): Clock | undefined {
  const match = CLOCK.exec(text)
  if (!match) return undefined
  const [all, h, m, s = '0', fraction = ''] = match
  const [hours, minutes, whole] = [Number(h), Number(m), Number(s)]
  if (hours > 24 || minutes > 59 || whole > 59) return undefined
  return {
    seconds: hours * 3600 + minutes * 60 + whole,
    micros: Number(fraction.padEnd(6, '0')),
    rest: text.slice(all.length),
  }
}

/** Seconds east of Greenwich; PostgreSQL takes less than 16 hours. */
function offsetSeconds(text: string): number | undefined {
  const match = OFFSET.exec(text)
  if (!match) return undefined
  const [, sign, h = '0', m = '0', s = '0'] = match
  if (Number(h) > 15 || Number(m) > 59 || Number(s) > 59) return undefined
  const seconds = Number(h) * 3600 + Number(m) * 60 + Number(s)
  return sign === '-' ? -seconds : seconds
}

/** Days since 2000-01-01, remembered: the rows of a table share few days. */
function dayCache(refuse: Refuse): (text: string) => number {
  const known = new Map<string, number>()
  return text => {
    const found = known.get(text)
    if (found !== undefined) return found
    const day = DATE.test(text) ? dayNumber(text) : undefined
    if (day === undefined) return refuse('its date is none of the calendar')
    if (known.size >= 4096) known.clear()
    known.set(text, day)
    return day
  }
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function dayNumber(text: string): number | undefined {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))]
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0)
  if (year < 1 || day < 1 || day > days) return undefined
  return fromCivil(year, month, day) - 730_425
}

/** Days since 0000-03-01, counting years from March so that the leap day comes last. */
function fromCivil(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + inYear
}
