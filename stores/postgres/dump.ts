/** A dump of a database in `pg_dump`'s own format: made, restored, or read through. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sync } from '../../home/home.ts'
import { Failure } from '../../model/failure.ts'
import { type Ended, type Programs, runProgram } from './programs.ts'

export interface DumpFile {
  path: string
  bytes: number
  sha256: string
}

/** What the programs work with. */
export interface Hands {
  programs: Programs
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  /** Hears of bytes done. */
  progress: (bytes: number) => void
}

export interface DumpOptions {
  /** A snapshot that another session exported. */
  snapshot?: string
  /** More words for `pg_dump`: which schemas or tables. */
  words?: readonly string[]
}

/** Waiting behind somebody's lock holds up everybody behind: better to come again. */
const LOCK_WAIT = '--lock-wait-timeout=30s'

/** Dumps into a file of 0600 whose name never shows half of it. Fails with `target`, `unavailable`, `space`. */
export async function makeDump(
  { programs, env, signal, progress }: Hands,
  path: string,
  { snapshot, words = [] }: DumpOptions = {},
): Promise<DumpFile> {
  const half = `${path}.part`
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  rmSync(half, { force: true })
  const seen = meter(progress)
  const all = ['--format=custom', '--no-password', LOCK_WAIT, ...words]
  if (snapshot !== undefined) all.push(`--snapshot=${snapshot}`)
  try {
    const ended = await runProgram(programs.pgDump, all, {
      ...{ env, signal },
      output: stdout =>
        pipeline(stdout, seen.through, createWriteStream(half, { flags: 'wx', mode: 0o600, flush: true })),
    })
    if (ended.status !== 0) throw notMade(ended)
    renameSync(half, path)
    sync(dirname(path))
  } finally {
    rmSync(half, { force: true })
  }
  return { path, ...seen.result() }
}

/** Size and hash of a file as it lies there. */
export async function measure(path: string, progress: (bytes: number) => void): Promise<DumpFile> {
  const seen = meter(progress)
  await pipeline(createReadStream(path), seen.through, async bytes => {
    for await (const _ of bytes);
  })
  return { path, ...seen.result() }
}

function meter(progress: (bytes: number) => void) {
  const hash = createHash('sha256')
  let bytes = 0
  const through = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      progress((bytes += chunk.length))
      done(null, chunk)
    },
  })
  return { through, result: () => ({ bytes, sha256: hash.digest('hex') }) }
}

/**
 * Restores into a database; `clean` where nothing was amiss. What went wrong with single objects is no failure here:
 * the caller compares what came of it, and shows what the program said to nobody but the artifacts.
 */
export async function restoreInto(
  { programs, env, signal }: Hands,
  path: string,
  words: readonly string[],
): Promise<{ clean: boolean; said: string }> {
  const { status, said } = await runProgram(programs.pgRestore, ['--no-password', ...words, path], {
    env,
    signal,
  })
  return { clean: status === 0, said }
}

const NAME = '(?:"(?:[^"]|"")+"|[^".\\s]+)'
/** A table's rows begin; names as `pg_restore` writes them, quoted where they must be. */
const COPY = new RegExp(`^COPY (${NAME}\\.${NAME}) (?:\\(.*\\) )? ?FROM stdin;$`)

/**
 * Decompresses and reads everything in a dump, to nowhere: how many rows it has of each table, by `schema.name` as
 * the server quotes it. Fails with `artifact` where it is damaged.
 */
export async function readThrough(
  { programs, env, signal, progress }: Hands,
  path: string,
): Promise<Map<string, number>> {
  const rows = new Map<string, number>()
  let read = 0
  const ended = await runProgram(programs.pgRestore, ['--data-only', '--file=-', path], {
    ...{ env, signal },
    output: async stdout => {
      let table: string | undefined
      for await (const line of createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
        progress((read += line.length))
        if (table === undefined) {
          table = COPY.exec(line)?.[1]
          if (table !== undefined) rows.set(table, 0)
        } else if (line === '\\.') table = undefined
        else rows.set(table, rows.get(table)! + 1)
      }
    },
  })
  if (ended.status !== 0) throw damaged(path)
  return rows
}

export const damaged = (path: string) =>
  new Failure({
    code: 'artifact',
    object: `dump ${path}`,
    message: 'cannot be read back: it is damaged or cut short',
    remedy: 'Put a whole copy of it back, or take the run back by its tables alone',
  })

/** What `pg_dump` says in English about the common causes; everything else stays in the server's log. */
const CAUSES: [RegExp, Failure['facts']['code'], string, string?][] = [
  [
    /permission denied for ([^\n]{1,200})/,
    'target',
    'the role may not read all of the database: permission denied for $1',
    'Connect as a role that may read everything, or leave out --backup dump',
  ],
  [
    /query would be affected by row-level security policy for table ([^\n]{1,200})/,
    'target',
    'row security hides rows of table $1 from the role',
    'Connect as a role with BYPASSRLS, or leave out --backup dump',
  ],
  [
    /canceling statement due to lock timeout|could not obtain lock/,
    'unavailable',
    'another session holds a lock on a table',
  ],
  [
    /server version mismatch/,
    'target',
    'pg_dump is older than the server',
    'Install the client programs of the server',
  ],
  [/No space left on device/, 'space', 'the disk is full'],
  [/snapshot .* does not exist|invalid snapshot identifier/, 'unavailable', 'its snapshot is gone'],
  [
    /connection to server|server closed the connection|terminating connection|could not connect/,
    'unavailable',
    'the connection to the server broke or was refused',
  ],
]

function notMade({ status, said }: Ended): Failure {
  for (const [pattern, code, text, remedy] of CAUSES) {
    const found = pattern.exec(said)
    if (!found) continue
    return failed(code, text.replace('$1', found[1] ?? ''), remedy)
  }
  return failed(
    'unavailable',
    status === null ? 'pg_dump was killed' : `pg_dump ended with status ${status}`,
    'The log of the server has more',
  )
}

const failed = (code: Failure['facts']['code'], message: string, remedy?: string) =>
  new Failure({
    ...{ code, object: 'dump of the target', message },
    ...(remedy !== undefined && { remedy }),
  })
