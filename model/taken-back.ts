/** What is told of a run that was taken back since: by the rollback's record, or by its report. */
import { count } from './amounts.ts'
import type { RollbackScope, RolledBack } from './rollback.ts'

export interface TakenBack {
  run: string
  /** ISO 8601. */
  at: string
  /** All of the run; else a part of it went, and the rest stands. */
  whole: boolean
  /** In so many places the target is not as before. */
  differences: number
}

/** What a rollback that has ended comes to for its run. */
export const takenBackBy = (
  run: string,
  { kind, tables }: RollbackScope,
  { differences }: Pick<RolledBack, 'differences'>,
  at: string,
): TakenBack => ({
  run,
  at,
  whole: (kind === 'all' || kind === 'database') && tables === undefined,
  differences: differences.length,
})

/** `taken back at 2026-01-31T12:00:00Z: the target is as before`. */
export function takenBackText({ at, whole, differences }: TakenBack): string {
  const when = at.replace(/\.\d+Z$/, 'Z')
  if (!whole) return `taken back in part at ${when}`
  const but = differences > 0 ? `, but for ${count(differences, 'difference')}` : ''
  return `taken back at ${when}: the target is as before the run${but}`
}
