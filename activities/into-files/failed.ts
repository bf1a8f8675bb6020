/** What is the fault of one file: the others are written. */
import { Failure, type FailureCode } from '../../model/failure.ts'

/** Not about one file: the run waits, ends, or is not ours any more. */
const OF_THE_RUN: ReadonlySet<FailureCode> = new Set([
  'space',
  'busy',
  'unavailable',
  'fenced',
  'paused',
  'target-replaced',
  'artifact',
  'source',
])

/**
 * Why a file failed, in words without its name, which may hold what a row holds; undefined where it is no fault of the file.
 */
export function isFileFailure(error: unknown): string | undefined {
  if (!(error instanceof Failure)) {
    const { name, code } = error as NodeJS.ErrnoException
    if (name === 'AbortError' || code?.startsWith('SQLITE_')) return undefined
    return code === undefined ? undefined : `it cannot be written (${code})`
  }
  const { code, object, message } = error.facts
  if (OF_THE_RUN.has(code)) return undefined
  return object === undefined || object.startsWith('file ') ? message : `${object}: ${message}`
}
