/** The programs of PostgreSQL on this host: where they are, and running one so that it never outlives us. */
import { execFile, spawn } from 'node:child_process'
import { accessSync, constants, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'

export interface Programs {
  pgDump: string
  pgRestore: string
  /** 15, and as the program prints it: 15.18. */
  major: number
  version: string
}

/** Where Debian and Red Hat keep those of each release; what is on the PATH may be of another one. */
const FOLDERS = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin']

/**
 * All that are there, the fittest for a server of that release first: those of the same one, since a newer `pg_restore`
 * sends settings that an older server does not know; then newer ones; older ones, which refuse the server, last.
 */
export async function findPrograms(server: number, path = process.env.PATH ?? ''): Promise<Programs[]> {
  const folders = [...path.split(delimiter).filter(Boolean), ...FOLDERS.flatMap(folder => globSync(folder))]
  const found = await Promise.all([...new Set(folders)].map(lookInto))
  const distance = ({ major }: Programs) => (major < server ? 1000 - major : major - server)
  return found.flatMap(programs => programs ?? []).sort((a, b) => distance(a) - distance(b))
}

async function lookInto(folder: string): Promise<Programs | undefined> {
  const [pgDump, pgRestore] = [join(folder, 'pg_dump'), join(folder, 'pg_restore')]
  try {
    for (const path of [pgDump, pgRestore]) accessSync(path, constants.X_OK)
    const { stdout } = await promisify(execFile)(pgDump, ['--version'], { timeout: 20_000 })
    const version = /\d+(?:\.\d+)*/.exec(stdout)?.[0]
    return version === undefined
      ? undefined
      : { pgDump, pgRestore, version, major: Number.parseInt(version, 10) }
  } catch {
    return undefined
  }
}

export interface RunOptions {
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  /** Takes what the program prints; the program waits for it. */
  output?: (stdout: Readable) => Promise<void>
}

export interface Ended {
  /** Null where a signal ended it. */
  status: number | null
  /** What it said, the last of it where that is much. May quote rows: for files of ours alone. */
  said: string
}

/**
 * Runs a program to its end. It is asked to stop on the signal, and also when this process is gone, however that went:
 * a shell beside it holds the other end of a pipe, and ends it when the pipe does.
 */
export async function runProgram(
  path: string,
  words: readonly string[],
  { env, signal, output }: RunOptions,
): Promise<Ended> {
  signal.throwIfAborted()
  const child = spawn('/bin/sh', ['-c', GUARDED, 'longhaul', path, ...words], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Not in our process group: a Ctrl-C that is meant for us gives us the time to stop it.
    detached: true,
  })
  const stop = () => child.stdin.end()
  signal.addEventListener('abort', stop, { once: true })
  child.stdin.on('error', () => {})
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', status => resolve(status))
    })
    const said = lastOf(child.stderr)
    const taken = (output ?? drained)(child.stdout).catch(error => {
      stop()
      throw error
    })
    const [status, whole] = await Promise.allSettled([ended, taken])
    signal.throwIfAborted()
    for (const outcome of [whole, status]) if (outcome.status === 'rejected') throw outcome.reason
    return { status: await ended, said: said() }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

/**
 * The program's input is empty; the shell's own is the pipe to us. `read` ends when that is closed, and with it by a
 * kill -9 of this process.
 */
const GUARDED = `
  exec 3<&0
  "$@" </dev/null 3<&- & child=$!
  { while read -r line; do :; done; kill "$child"; } <&3 >/dev/null 2>&1 & guard=$!
  exec 3<&-
  wait "$child"; status=$?
  kill "$guard" 2>/dev/null
  exit "$status"`

const MOST_SAID = 64 * 1024

function lastOf(stderr: Readable): () => string {
  let said = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_SAID)
  })
  return () => said
}

async function drained(stdout: Readable): Promise<void> {
  for await (const _ of stdout);
}
