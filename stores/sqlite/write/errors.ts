/** What SQLite and the file system say while a database is written, in words that a user can act on. */
import { Failure, type FailureCode } from '../../../model/failure.ts'
import { codeOf, fileObject, withoutValues } from '../errors.ts'

export function targetFailure(path: string, message: string, remedy?: string, cause?: unknown): Failure {
  return failure('target', path, message, remedy, cause)
}

function failure(
  code: FailureCode,
  path: string,
  message: string,
  remedy?: string,
  cause?: unknown,
): Failure {
  return new Failure({ code, object: fileObject(path), message, ...(remedy && { remedy }) }, { cause })
}

/**
 * Turns what was thrown while a file was opened or written into a `Failure`: `space` and `busy` go away by themselves or
 * by somebody's help, and are worth another attempt; all others are `target`.
 */
export function writingFailure(path: string, error: unknown): unknown {
  if (error instanceof Failure) return error.code === 'source' ? ofTarget(error) : error
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code.startsWith('SQLITE_FULL'))
    return failure('space', path, 'the disk is full', 'Free some room where the file lies', error)
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return isLocked(path, error)
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return targetFailure(path, 'it is not there, nor is its folder', 'Check the path', error)
  if (DENIED.has(code) || /^SQLITE_(CANTOPEN|PERM|AUTH|READONLY)/.test(code))
    return targetFailure(path, 'it cannot be written: permission denied', MAY_WRITE, error)
  if (code.startsWith('SQLITE_NOTADB'))
    return targetFailure(path, 'this is not a SQLite file', 'Check the path', error)
  if (code.startsWith('SQLITE_CORRUPT'))
    return targetFailure(path, 'the database is damaged', 'Restore the file from a backup', error)
  if (code.startsWith('SQLITE_IOERR'))
    return targetFailure(path, 'the disk reported an error while it was written', 'Check the disk', error)
  if (code.startsWith('SQLITE_CONSTRAINT')) return broken(path, code, error as Error)
  if (code.startsWith('SQLITE_'))
    return targetFailure(path, `SQLite cannot write it: ${withoutValues(error as Error)}`, undefined, error)
  return error
}

const DENIED = new Set(['EACCES', 'EPERM', 'EROFS'])
const MAY_WRITE = 'Give the user that runs the worker the right to write the file and its folder'

export const isLocked = (path: string, cause?: unknown): Failure =>
  failure(
    'busy',
    path,
    'another program keeps the database locked',
    'Let that program end its transaction, or close the database',
    cause,
  )

/** Looking at a target says the same as looking at a source, and is about the other side. */
const ofTarget = ({ facts, cause }: Failure): Failure => new Failure({ ...facts, code: 'target' }, { cause })

/** SQLite names the table and the columns, never the values. */
const broken = (path: string, code: string, error: Error): Failure =>
  failure(
    'value',
    path,
    `a row breaks a rule of the target (${error.message}, ${code})`,
    'Change the rule in the plan, or correct the row in the source',
    error,
  )
