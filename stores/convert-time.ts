/** Moments as ISO text in UTC, years 1 to 9999. */
import type { LogicalType } from '../model/types.ts'
import { misfit } from './misfit.ts'

const DAY = 86_400_000_000n
const FIRST = -62_135_596_800_000_000n
/** 10000-01-01. */
const END = 253_402_300_800_000_000n

/** The text of a moment, in microseconds since 1970, that a column of the type reads. Throws `Misfit`. */
export function isoOf(micros: bigint, type: LogicalType): string {
  if (micros < FIRST || micros >= END) misfit('is a moment outside of the years 1 to 9999')
  const days = micros >= 0n ? micros / DAY : -((DAY - 1n - micros) / DAY)
  const inDay = Number(micros - days * DAY)
  if (type.kind === 'date') {
    return inDay === 0 ? dateText(Number(days)) : misfit('is a moment within a day, and its column has days')
  }
  if (type.kind !== 'timestamp') return misfit('is a moment, and its column is none of times')
  return `${dateText(Number(days))} ${clockText(inDay)}${type.zone ? 'Z' : ''}`
}

const two = (value: number) => String(value).padStart(2, '0')

function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1e6)
  const fraction = micros % 1e6
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(6, '0')}`
}

/** Proleptic Gregorian calendar; Howard Hinnant, "chrono-compatible low-level date algorithms". */
function dateText(days: number): string {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}
