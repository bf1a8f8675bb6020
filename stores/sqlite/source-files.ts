/**
 * Looks at a user's SQLite file without SQLite. It is never read in this process: closing a file drops all
 * locks that this process has on it, also those of SQLite in another thread (fcntl(2)).
 */
import { execFile } from 'node:child_process'
import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { runChild } from './child.ts'
import { notADatabase, readingFailure, refuseNonFile } from './errors.ts'

export interface SourceFiles {
  /** Without symbolic links: side files lie beside the real file. */
  path: string
  /** The header says that the database is in WAL mode. */
  wal: boolean
  /** Bytes of the database and of its side files. */
  bytes: number
  sides: Side[]
  /** What would change if anybody wrote: sizes, times, inodes and the header. */
  mark: string
  /** The same for what was committed: readers touch the other side files as well. */
  content: string
  /** When anything of this was written last, in ms since 1970. */
  changedAt: number
}

export type Side = '-wal' | '-shm' | '-journal'
const SIDES: Side[] = ['-wal', '-shm', '-journal']

const MAGIC = Buffer.from('SQLite format 3\0').toString('hex')
/** Read and write version of the file format, 2 for WAL (sqlite.org/fileformat.html §1.3). */
const VERSIONS = 18
const HEADER_BYTES = 4096

const READ_HEAD = `
  const { openSync, readSync } = require('node:fs')
  const head = Buffer.alloc(${HEADER_BYTES})
  const size = readSync(openSync(process.argv[1], 'r'), head)
  process.stdout.write(head.toString('hex', 0, size))`

/** Throws `Failure('source')` where there is no SQLite file to be read. */
export async function lookAt(path: string, signal: AbortSignal): Promise<SourceFiles> {
  refuseNonFile(path)
  const real = realpathSync(path)
  const head = await headOf(real, signal).catch(error => {
    throw readingFailure(path, error)
  })
  if (!head.startsWith(MAGIC)) throw notADatabase(path, Buffer.from(head, 'hex'))
  const stats = [statOf(real), ...SIDES.map(side => statOf(real + side))]
  const [main, wal] = stats
  return {
    path: real,
    wal: head.slice(2 * VERSIONS, 2 * VERSIONS + 4) === '0202',
    bytes: stats.reduce((sum, stat) => sum + Number(stat?.size ?? 0), 0),
    sides: SIDES.filter((_, i) => stats[i + 1]),
    mark: [head.slice(0, 200), ...stats.map(markOf)].join(' '),
    content: [head.slice(0, 200), markOf(main), markOf(wal?.size ? wal : undefined)].join(' '),
    changedAt: Math.max(...stats.map(stat => Number(stat?.mtimeMs ?? 0))),
  }
}

const run = promisify(execFile)

/** In hex. The system's `head` starts in 2 ms, Node in 40; what that cannot read, Node tells why. */
async function headOf(path: string, signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run('head', ['-c', `${HEADER_BYTES}`, path], { encoding: 'buffer', signal })
    return stdout.toString('hex')
  } catch {
    return runChild(READ_HEAD, [path], signal)
  }
}

/** What is another one when somebody has written to the database since. Throws `Failure('source')` as `lookAt`. */
export const contentMark = async (path: string, signal: AbortSignal): Promise<string> =>
  (await lookAt(path, signal)).content

const statOf = (path: string): BigIntStats | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })

// Without ctime: for root, SQLite sets the owner of a journal that it opens.
const markOf = (stat: BigIntStats | undefined): string =>
  stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}` : '-'
