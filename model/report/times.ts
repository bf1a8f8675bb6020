/** Times of a report: when it began, how long each step took, and how that is written. */
import type { StepProgress } from '../run.ts'

/** In milliseconds since 1970. */
export interface Stretch {
  from: number
  to: number
}

/** From the first step's start to the last one's end; undefined where no step has both. */
export function wholeStretch(steps: readonly StepProgress[]): Stretch | undefined {
  const known = steps.flatMap(step => stretchOf(step) ?? [])
  if (known.length === 0) return undefined
  return { from: Math.min(...known.map(s => s.from)), to: Math.max(...known.map(s => s.to)) }
}

export function stretchOf({
  startedAt,
  endedAt,
}: {
  startedAt?: string
  endedAt?: string
}): Stretch | undefined {
  if (!startedAt || !endedAt) return undefined
  const [from, to] = [Date.parse(startedAt), Date.parse(endedAt)]
  return Number.isFinite(from) && Number.isFinite(to) ? { from, to: Math.max(from, to) } : undefined
}

export const secondsOf = ({ from, to }: Stretch): number => (to - from) / 1000

/** `0.42 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function showSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const [small, smallUnit, large, largeUnit] = parts(whole)
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

function parts(whole: number): [number, string, number, string] {
  if (whole < 3600) return [whole % 60, 's', Math.floor(whole / 60), 'min']
  if (whole < 86_400) return [Math.floor((whole % 3600) / 60), 'min', Math.floor(whole / 3600), 'h']
  return [Math.floor((whole % 86_400) / 3600), 'h', Math.floor(whole / 86_400), 'd']
}

/** `2026-01-31 12:00:00 UTC`; a text that is no time as it stands. */
export function showMoment(iso: string): string {
  const time = new Date(iso)
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
