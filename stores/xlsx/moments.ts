/**
 * Dates and times as a spreadsheet counts them (days since 1899-12-30), with a number format that shows the very text that SQLite
 * has. Before March 1900 a spreadsheet counts a day that never was, and it ends with the year 9999.
 */
import { canonicalCode } from './marks.ts'

const DAY = 86_400_000
const EPOCH = Date.UTC(1899, 11, 30)
const FIRST = 61
const END = 2_958_466
const TEXT =
  /^(?:(\d{4})-(\d\d)-(\d\d))?([T ])?(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?(Z|\+00(?::00)?)?$/
/** Canonical. */
const CODE = /^(yyyy-mm-dd)?(\\T| )?(hh:mm(?:(:ss)(?:\.(0{1,3}))?)?)?(\\Z|\+\\0\\0(?::\\0\\0)?)?$/

export interface Moment {
  serial: number
  code: string
}

/** Undefined: what is not spelled so, or is on no calendar, stays a text. */
export function momentOf(text: string): Moment | undefined {
  const found = TEXT.exec(text)
  if (!found) return undefined
  const [, year, month, day, between = '', hours, minutes, seconds, fraction, zone] = found
  const isBoth = year !== undefined && hours !== undefined
  if (isBoth !== (between !== '') || !(year || hours) || (zone && !isBoth)) return undefined
  const time = Number(hours ?? 0) * 3_600_000 + Number(minutes ?? 0) * 60_000 + Number(seconds ?? 0) * 1000
  const rest = Number((fraction ?? '').padEnd(3, '0'))
  const days = year ? (Date.UTC(Number(year), Number(month) - 1, Number(day)) - EPOCH) / DAY : 0
  const moment = {
    serial: days + (time + rest) / DAY,
    code: codeOf({ date: !!year, between, time: !!hours, seconds: !!seconds, fraction, zone }),
  }
  const isThere = year ? days >= FIRST && days < END : true
  return isThere && shownBy(moment.code)?.(moment.serial) === text ? moment : undefined
}

interface Spelling {
  date: boolean
  between: string
  time: boolean
  seconds: boolean
  fraction: string | undefined
  zone: string | undefined
}

function codeOf({ date, between, time, seconds, fraction, zone }: Spelling): string {
  const day = date ? 'yyyy-mm-dd' : ''
  const parted = date && time ? (between === 'T' ? '"T"' : ' ') : ''
  const clock = time ? `hh:mm${seconds ? ':ss' : ''}${fraction ? `.${'0'.repeat(fraction.length)}` : ''}` : ''
  return `${day}${parted}${clock}${zone ? `"${zone}"` : ''}`
}

/** The text that a format of ours shows for a serial; undefined: outside of the calendar. */
export type Shown = (serial: number) => string | undefined

const SHOWN = new Map<string, Shown | undefined>()

/** There are only some dozens of codes that we write. */
function shownBy(code: string): Shown | undefined {
  if (!SHOWN.has(code)) SHOWN.set(code, shownMoment(canonicalCode(code)))
  return SHOWN.get(code)
}

/** @param code canonical; undefined: the format is not one of ours. */
export function shownMoment(code: string): Shown | undefined {
  const found = code === '' ? undefined : CODE.exec(code)
  if (!found) return undefined
  const [, date, between = '', time, seconds, zeros, zone = ''] = found.map(part =>
    part?.replaceAll('\\', ''),
  )
  return serial => {
    const at = new Date(EPOCH + Math.round(serial * DAY))
    if (Number.isNaN(at.getTime())) return undefined
    const iso = at.toISOString()
    const clock = time ? iso.slice(11, seconds ? 19 : 16) : ''
    const fraction = zeros ? iso.slice(19, 20 + zeros.length) : ''
    return `${date ? iso.slice(0, 10) : ''}${between}${clock}${fraction}${zone}`
  }
}

/** What a format of any other workbook counts; undefined: numbers. */
export type Counts = 'date' | 'time' | 'both' | 'elapsed'

/** By the letters of its first section, without what is quoted, escaped or in brackets. */
export function countsOf(code: string): Counts | undefined {
  const first = code.replace(/"[^"]*"|\\.|_./g, '').split(';')[0]!
  if (/\[[hms]+\]/i.test(first)) return 'elapsed'
  const letters = first.replace(/\[[^\]]*\]/g, '').replace(/AM\/PM|A\/P/gi, 'h')
  if (/general/i.test(letters)) return undefined
  const hasTime = /[hs]/i.test(letters)
  const hasDate = /[yd]/i.test(letters) || (!hasTime && /m/i.test(letters))
  if (hasDate) return hasTime ? 'both' : 'date'
  return hasTime ? 'time' : undefined
}

/** An ISO text for a cell of any workbook, with all that it holds; undefined: no calendar has such a day. */
export function isoOf(serial: number, counts: Counts, from1904: boolean): string | undefined {
  const ms = Math.round(serial * DAY)
  if (ms < 0) return undefined
  if (counts === 'elapsed' || (counts === 'time' && ms < DAY)) return clockOf(ms)
  const days = Math.floor(ms / DAY) + (from1904 ? 1462 : 0)
  if (days < 1 || days === 60 || days >= END) return undefined
  const iso = new Date(EPOCH + (ms % DAY) + (days < 60 ? days + 1 : days) * DAY).toISOString()
  if (counts === 'date' && ms % DAY === 0) return iso.slice(0, 10)
  return `${iso.slice(0, 10)} ${clockOf(ms % DAY)}`
}

function clockOf(ms: number): string {
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0')
  const fraction = ms % 1000 ? `.${String(ms % 1000).padStart(3, '0')}` : ''
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${fraction}`
}
