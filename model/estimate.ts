/**
 * How fast rows arrive and how long it takes yet, with the words that say how it was reckoned. The samples are
 * what a workflow has heard or what the ledger has counted; nothing here knows a clock.
 */
import { count, number } from './amounts.ts'

/** Rows that were committed at a moment in milliseconds. */
export interface Sample {
  at: number
  rows: number
}

/** A pace, and over how many seconds it was measured. */
export interface Pace {
  perSecond: number
  seconds: number
}

export interface Estimate {
  secondsLeft: number
  /** As in `1,200 rows to go at 300 rows/s, the pace of the last 60 s`. */
  estimate: string
}

/** Chunks are committed every few seconds, figures told once a minute: shorter windows jump. */
export const WINDOW_MS = 300_000
/** As many as show a window: what is kept must not grow. */
const MOST = 64

/** Adds a sample, and lets go of those before the window but the last, which begins it. */
export function noteSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const all = [...samples, sample]
  const from = all.findLastIndex(({ at }) => at <= sample.at - WINDOW_MS)
  return all.slice(Math.max(0, from, all.length - MOST))
}

/** The pace over the samples; undefined until rows have come between two of them. */
export function paceOf(samples: readonly Sample[]): Pace | undefined {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.at <= first.at || last.rows <= first.rows) return undefined
  const seconds = (last.at - first.at) / 1000
  return { perSecond: (last.rows - first.rows) / seconds, seconds }
}

/**
 * The seconds until all rows are in; undefined where nothing is missing or no pace is known. An ordered limit
 * (rows a second for everything together) counts only where it is the slower one.
 */
export function estimateOf(
  { rows, written }: { rows: number; written: number },
  pace: Pace | undefined,
  limit?: number,
): Estimate | undefined {
  const left = rows - written
  if (left <= 0 || (!pace && !limit)) return undefined
  const held = limit !== undefined && (!pace || limit < pace.perSecond)
  const perSecond = held ? limit : pace!.perSecond
  const how = held ? 'the ordered limit' : `the pace of the last ${span(pace!.seconds)}`
  return {
    secondsLeft: Math.ceil(left / perSecond),
    estimate: `${count(left, 'row')} to go at ${slow(perSecond) ?? number(Math.round(perSecond))} rows/s, ${how}`,
  }
}

/** Rounded to nothing it would say that it stands. */
const slow = (perSecond: number) => (perSecond < 10 ? String(Number(perSecond.toPrecision(2))) : undefined)

const span = (seconds: number) =>
  seconds < 100 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`
