/**
 * The state folder: where runs leave their artifacts, and where the pieces of one installation
 * (commands, worker, embedded server) find each other. Folders are 0700, files 0600.
 */
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Failure } from '../model/failure.ts'

/** `LONGHAUL_HOME`, else the XDG state folder (`~/.local/state/longhaul`). */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LONGHAUL_HOME) return env.LONGHAUL_HOME
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'longhaul')
}

/** Where things live that can be had again: the Temporal binary, workflow bundles (`~/.cache/longhaul`). */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longhaul')
}

/** The folder of one run's artifacts; `id` is the run's UUID. */
export function runFolder(id: string, home: string): string {
  return join(home, 'runs', id)
}

/** Makes a folder that only its owner can enter, with its parents. Fails with `usage` or `space`. */
export function makeFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chmodSync(path, 0o700)
  } catch (error) {
    throw unwritable(path, error)
  }
  return path
}

/**
 * Writes a file that only its owner can read, so that its name never shows half of it. Fails with `usage` or
 * `space`.
 */
export function writePrivate(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path))
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    writeFileSync(temporary, content, { mode: 0o600, flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw unwritable(path, error)
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** What the user can do about a folder of ours that takes nothing. */
function unwritable(path: string, error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure({
      code: 'space',
      object: path,
      message: `cannot be written: its disk is full (${code})`,
      remedy: 'Free some room there, or set LONGHAUL_HOME to a larger disk',
    })
  }
  if (!DENIED.has(code)) return error
  return new Failure({
    code: 'usage',
    object: path,
    message: `cannot be written (${code})`,
    remedy: 'Set LONGHAUL_HOME to a folder of your own (XDG_CACHE_HOME for what can be had again)',
  })
}

const DENIED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])

/** The parsed content of a JSON file, or undefined where there is none. */
export function readJson<T>(path: string): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return JSON.parse(text) as T
}
