/** Why SQLite did not make an object, where the object is at fault and not the disk or a lock. */
import { codeOf, withoutValues } from '../../stores/sqlite/errors.ts'

/** In words without values. Throws what is not about the object. */
export function refusedBy(error: unknown): string {
  const code = codeOf(error)
  if (code.startsWith('SQLITE_CONSTRAINT'))
    return `could not be made: rows break it (${(error as Error).message})`
  if (code !== 'SQLITE_ERROR' && code !== 'SQLITE_ERROR_MISSING_COLLSEQ') throw error
  return `could not be made: ${withoutValues(error as Error)}`
}
