/** What SQLite and the file system say, in words that a user can act on. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { Failure } from '../../model/failure.ts'

const DAMAGED =
  'Restore the file from a backup, or rescue what can be read with: sqlite3 FILE .recover | sqlite3 NEW'
const NOT_READABLE = 'Give the user that runs the worker the right to read the file and to enter its folder'

export const fileObject = (path: string): string => `file ${path}`

export function sourceFailure(path: string, message: string, remedy?: string, cause?: unknown): Failure {
  const facts = { code: 'source', object: fileObject(path), message } as const
  return new Failure(remedy ? { ...facts, remedy } : facts, { cause })
}

export function damaged(path: string, detail: string, cause?: unknown): Failure {
  return sourceFailure(path, `the database is damaged (${detail})`, DAMAGED, cause)
}

/** The table's own pages are sound. */
export function damagedIndex(path: string, table: string, index: string): Failure {
  return sourceFailure(
    path,
    `the database is damaged (index "${index}" does not hold what table "${table}" holds)`,
    `Rebuild it with: sqlite3 FILE 'REINDEX', and look whether unique keys still are`,
  )
}

export function locked(path: string, waitedMs?: number): Failure {
  const waited = waitedMs === undefined ? '' : `; waited ${(waitedMs / 1000).toFixed(1)} s`
  return sourceFailure(
    path,
    `another program keeps the database locked${waited}`,
    'Let that program end its transaction, or wait longer with --busy-timeout',
  )
}

/** The code of an error of SQLite or the file system, as in `SQLITE_BUSY` or `ENOENT`. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** Turns what was thrown while a file was looked for, opened or read into a `Failure`. */
export function readingFailure(path: string, error: unknown): unknown {
  if (error instanceof Failure) return error
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return sourceFailure(path, 'there is no such file', 'Check the path', error)
  }
  if (code === 'EACCES' || code === 'EPERM' || /^SQLITE_(CANTOPEN|PERM|AUTH|READONLY)/.test(code)) {
    return sourceFailure(path, 'the file cannot be opened: permission denied', NOT_READABLE, error)
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return locked(path)
  if (code.startsWith('SQLITE_NOTADB')) return notADatabase(path, firstPage(path))
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(path, (error as Error).message, error)
  if (code.startsWith('SQLITE_IOERR')) {
    return sourceFailure(path, 'the disk reported an error while it was read', 'Check the disk', error)
  }
  if (code.startsWith('SQLITE_')) {
    return sourceFailure(path, `SQLite cannot read it: ${withoutValues(error as Error)}`, undefined, error)
  }
  return error
}

/** Errors of expressions that quote names of the schema alone. */
const OF_SCHEMA = /^(?:no such|unknown function:|unsafe use of) /

/** SQLite's message; not that of an expression which may quote what a row holds, as `bad JSON path: '…'` does. */
export function withoutValues(error: Error): string {
  if (codeOf(error) !== 'SQLITE_ERROR' || OF_SCHEMA.test(error.message)) return error.message
  return 'an expression of its schema fails on a row'
}

/** Refuses what is no database before anything opens it. Returns the size in bytes. */
export function refuseNonFile(path: string): number {
  let stat: ReturnType<typeof statSync>
  try {
    stat = statSync(path)
  } catch (error) {
    throw readingFailure(path, error)
  }
  if (stat.isDirectory()) {
    throw sourceFailure(path, 'this is a folder, not a SQLite file', 'Name the file in it')
  }
  if (!stat.isFile()) throw sourceFailure(path, 'this is no regular file', 'Name a SQLite file')
  // For SQLite a file of zero bytes is a database without tables; here it is always a mistake.
  if (stat.size === 0) throw sourceFailure(path, 'the file is empty', 'Check the path')
  // To SQLite a file shorter than any page is an empty database, whatever is in it.
  if (stat.size < 512) throw notADatabase(path, firstPage(path))
  // better-sqlite3 trims names and has URIs switched off, so there is no way to name such a file.
  if (path.trim() !== path) {
    throw sourceFailure(path, 'its name begins or ends in a blank', 'Rename the file')
  }
  return stat.size
}

const MAGIC = 'SQLite format 3\0'

/** `head`: the first bytes of the file, as many as a page has. */
export function notADatabase(path: string, head: Uint8Array): Failure {
  if (Buffer.from(head).toString('latin1', 0, MAGIC.length) === MAGIC) {
    return damaged(path, 'its header makes no sense')
  }
  return looksEncrypted(path, head)
    ? sourceFailure(
        path,
        'this is not a SQLite file; it looks like an encrypted one',
        'Decrypt it first, for SQLCipher with: ATTACH … KEY; SELECT sqlcipher_export(…)',
      )
    : sourceFailure(path, 'this is not a SQLite file', 'Check the path')
}

/** Encrypted pages are whole pages without any pattern; compressed files have names at their beginning. */
function looksEncrypted(path: string, head: Uint8Array): boolean {
  if (head.length < 1024 || statSync(path).size % 512 !== 0) return false
  const counts = new Float64Array(256)
  for (const byte of head) counts[byte]!++
  let entropy = 0
  for (const count of counts) if (count) entropy -= (count / head.length) * Math.log2(count / head.length)
  // 1,024 random bytes have about 7.8 bits a byte, English text 4.5, programs 6.
  return entropy > 7.5
}

function firstPage(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const head = new Uint8Array(4096)
    return head.subarray(0, readSync(file, head))
  } finally {
    closeSync(file)
  }
}
