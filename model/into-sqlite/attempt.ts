/** What is translated if it can be, and else left out with the reason. */
import { leaveOut } from '../build-plan/draft.ts'
import { NotUnderstood } from '../postgres-sql/cursor.ts'
import type { Planning } from './draft.ts'

/** The translation; undefined, and left out, where there is none or the trial refused it. */
export function attempt<T>(
  planning: Planning,
  about: { kind: string; name: string; sql: string },
  object: string,
  translate: () => T,
): T | undefined {
  const before = planning.findings.length
  try {
    const found = translate()
    const rejected = planning.rejected.get(object)
    if (rejected === undefined) return found
    throw new NotUnderstood(rejected)
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    planning.findings.length = before
    const reason = `it is not translated: ${error.message}`
    const remedy = 'Its SQL is in left-out.sql of the run: make it by hand after the run, if it is needed'
    leaveOut(
      planning,
      { ...about, reason },
      { code: `${about.kind.replaceAll(' ', '-')}-not-translated`, object, remedy },
    )
    return undefined
  }
}
