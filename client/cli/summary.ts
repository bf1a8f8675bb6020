/** One line about a run's rows: how many, how fast, how long yet. */
import type { Progress } from '../../model/run.ts'
import { count, duration } from './text.ts'

export interface Totals {
  rows: number
  written: number
  /** Tables whose rows are all there. */
  done: number
  tables: number
}

export function totals({ tables }: Progress): Totals {
  return {
    rows: tables.reduce((sum, t) => sum + t.rows, 0),
    written: tables.reduce((sum, t) => sum + t.written, 0),
    done: tables.filter(t => t.state !== 'pending' && t.state !== 'copying' && t.state !== 'failed').length,
    tables: tables.length,
  }
}

/** `3 of 7 tables, 120,000 of 320,000 rows (37 %), 85,000 rows/s, 2.4 s left`. */
export function summary({ rows, written, done, tables }: Totals, perSecond: number | undefined): string {
  const share = rows > 0 ? ` (${Math.floor((written / rows) * 100)} %)` : ''
  const head = `${done} of ${tables} tables, ${count(written)} of ${count(rows)} rows${share}`
  if (!perSecond) return head
  const left = rows > written ? `, ${duration((rows - written) / perSecond)} left` : ''
  return `${head}, ${count(perSecond)} rows/s${left}`
}
