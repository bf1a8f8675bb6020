/** Numbers in columns of times: what they may count, by their range. Nothing is converted by this alone. */
import type { ColumnFacts } from './assessment.ts'
import type { Conversion } from './plan.ts'

/** 1900 and 2100 in seconds since 1970; March 1973 in milliseconds. */
const FIRST_SECOND = -2_208_988_800
const LAST_SECOND = 4_102_444_800
const FIRST_MILLISECOND = 100_000_000_000
/** 1700 and 2200 in julian days. */
const FIRST_DAY = 2_341_972.5
const LAST_DAY = 2_524_593.5

/** Seconds or milliseconds since 1970, where a column holds nothing but numbers of such a range. */
export function epochUnit(facts: ColumnFacts): Conversion | undefined {
  const range = rangeOf(facts)
  if (!range || isJulian(facts)) return undefined
  if (range.min >= FIRST_SECOND && range.max <= LAST_SECOND) return 'epoch-seconds'
  const inMilliseconds = range.min >= FIRST_MILLISECOND && range.max <= LAST_SECOND * 1000
  return inMilliseconds ? 'epoch-milliseconds' : undefined
}

/** REALs, and whole days among them, that are julian days of the last centuries. */
export function isJulian(facts: ColumnFacts): boolean {
  const range = rangeOf(facts)
  return facts.counts.real > 0 && range !== undefined && range.min >= FIRST_DAY && range.max <= LAST_DAY
}

function rangeOf({ counts, integers, reals, finite }: ColumnFacts): { min: number; max: number } | undefined {
  if (counts.text + counts.blob > 0 || !finite) return undefined
  const ends = [integers?.min, integers?.max, reals?.min, reals?.max].flatMap(value =>
    value === undefined ? [] : [Number(value)],
  )
  return ends.length > 0 ? { min: Math.min(...ends), max: Math.max(...ends) } : undefined
}
