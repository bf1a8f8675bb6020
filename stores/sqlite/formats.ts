/**
 * Does a text have a form that another type prints back as it was? Each checker is strict: what PostgreSQL
 * would read but print differently in more than `decisions.md` allows is not of the form.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { TextFormat } from '../../model/assessment.ts'
import { isLosslessJson } from './json-format.ts'

export type FormatCheck = (text: string) => boolean

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/
/** PostgreSQL takes offsets up to 15:59 (its MAX_TZDISP_HOUR). */
const TIMESTAMPTZ =
  /^(\d{4})-(\d\d)-(\d\d)[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-5]):[0-5]\d)$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const UUID_HEX = /^[0-9a-f]{32}$/i
/** PostgreSQL's numeric: at most 131,072 digits before the point and 16,383 after it. */
const DECIMAL = /^(?!-0(?:\.0*)?$)-?(?:0|[1-9]\d{0,131071})(?:\.\d{1,16383})?$/

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 && isLeap ? 29 : DAYS[month - 1]!)
}

/** Whether a text matches, and its first three groups are a day of the calendar, years 1 to 9999. */
const dated =
  (pattern: RegExp): FormatCheck =>
  text => {
    const parts = pattern.exec(text)
    return parts !== null && isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  }

/** IPv4 or IPv6, with or without the length of a network mask; no zones. */
function isInet(text: string): boolean {
  if (text.length > 49) return false
  const slash = text.indexOf('/')
  const address = slash < 0 ? text : text.slice(0, slash)
  const most = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : -1
  if (slash < 0) return most > 0
  const mask = text.slice(slash + 1)
  return /^(?:0|[1-9]\d{0,2})$/.test(mask) && Number(mask) <= most
}

/** One checker for each format. */
export const FORMATS: Readonly<Record<TextFormat, FormatCheck>> = {
  timestamp: dated(TIMESTAMP),
  timestamptz: dated(TIMESTAMPTZ),
  date: dated(DATE),
  time: text => TIME.test(text),
  json: isLosslessJson,
  uuid: text => UUID.test(text),
  'uuid-hex': text => UUID_HEX.test(text),
  inet: isInet,
  decimal: text => DECIMAL.test(text),
}
