/** The repair of rows that differ: what it may do, and what came of it. */
import { count } from './amounts.ts'
import type { Verdict } from './run.ts'

/** `missing` rows are written, `different` ones overwritten, `surplus` ones removed: each by a consent of its own. */
export const REPAIRS = ['missing', 'different', 'surplus'] as const
export type RepairKind = (typeof REPAIRS)[number]

export type RowCounts = Record<RepairKind, number>

export const noRows = (): RowCounts => ({ missing: 0, different: 0, surplus: 0 })

export const rowsIn = (counts: RowCounts): number => REPAIRS.reduce((sum, kind) => sum + counts[kind], 0)

/** What became of a table. */
export interface RepairedTable {
  table: string
  /** Rows that were written, overwritten, removed. */
  done: RowCounts
  /** Rows that differ, or still do. */
  left: RowCounts
  verdict: Verdict
  /** Why rows that were to be repaired were not, in words. */
  reasons: string[]
}

/** A repair, as the report has it; tables that were equal before are not among its tables. */
export interface Repair {
  /** ISO 8601: when it began. */
  at: string
  kinds: RepairKind[]
  tables: RepairedTable[]
  /** Folder of the scripts that put the old rows back, in that of the run; absent where nothing was changed. */
  undo?: string
}

/** `2 rows written, 1 row overwritten`; `nothing` where there is none. */
export function repairedText(done: RowCounts): string {
  const parts = REPAIRS.flatMap(kind => (done[kind] > 0 ? [`${count(done[kind], 'row')} ${DONE[kind]}`] : []))
  return parts.length > 0 ? parts.join(', ') : 'nothing'
}

const DONE: Record<RepairKind, string> = {
  missing: 'written',
  different: 'overwritten',
  surplus: 'removed',
}

/** `2 rows missing, 1 row too many`. */
export function leftText(left: RowCounts): string {
  const parts = REPAIRS.flatMap(kind => (left[kind] > 0 ? [`${count(left[kind], 'row')} ${LEFT[kind]}`] : []))
  return parts.join(', ')
}

const LEFT: Record<RepairKind, string> = {
  missing: 'missing',
  different: 'with other values',
  surplus: 'too many',
}
