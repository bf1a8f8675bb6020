/** One line about a run's rows: how many, how fast, how long yet. */
import type { Progress, TableState } from '../../model/run.ts'
import { count, duration, plural } from './text.ts'

export interface Totals {
  rows: number
  written: number
  /** Tables whose rows are all there. */
  done: number
  /** Tables that an operator left out; their rows are not awaited. */
  skipped: number
  tables: number
}

const ROWS_MISSING: ReadonlySet<TableState> = new Set(['pending', 'copying', 'paused', 'failed', 'skipped'])

export function totals({ tables }: Pick<Progress, 'tables'>): Totals {
  const awaited = tables.filter(t => t.state !== 'skipped')
  return {
    rows: awaited.reduce((sum, t) => sum + t.rows, 0),
    written: awaited.reduce((sum, t) => sum + t.written, 0),
    done: tables.filter(t => !ROWS_MISSING.has(t.state)).length,
    skipped: tables.length - awaited.length,
    tables: tables.length,
  }
}

/** `3 of 7 tables, 120,000 of 320,000 rows (37 %), 85,000 rows/s, 2.4 s left`. */
export function summary(
  { rows, written, done, skipped, tables }: Totals,
  perSecond: number | undefined,
): string {
  const share = rows > 0 ? ` (${Math.floor((written / rows) * 100)} %)` : ''
  const out = skipped > 0 ? ` (${plural(skipped, 'table')} skipped)` : ''
  const head = `${done} of ${tables} tables${out}, ${count(written)} of ${count(rows)} rows${share}`
  if (!perSecond) return head
  const left = rows > written ? `, ${duration((rows - written) / perSecond)} left` : ''
  return `${head}, ${count(perSecond)} rows/s${left}`
}
