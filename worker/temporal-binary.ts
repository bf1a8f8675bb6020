/**
 * Finds a Temporal server to run: the `temporal` command, wherever it can be had, in the order of the
 * least trouble. What worked is kept in the cache, so that no later run downloads or builds.
 */
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder, makeFolder } from '../home/home.ts'
import { Failure } from '../model/failure.ts'
import { isProgram, onPath, versionOf } from './executable.ts'
import { buildWithGo, download } from './temporal-fetch.ts'

export interface BinaryOptions {
  /** Takes a line for the user, when something takes longer. */
  say?: (line: string) => void
  env?: NodeJS.ProcessEnv
}

/** The path of a Temporal CLI that runs. Fails with `no-server` and everything that was tried. */
export async function temporalBinary({
  say = () => {},
  env = process.env,
}: BinaryOptions = {}): Promise<string> {
  const cached = cachedBinary(env)
  const ways: [name: string, find: () => Promise<string>][] = [
    ['`temporal` on the PATH', () => checked(onPath('temporal', env.PATH), 'not there')],
    ['the cached binary', () => fromCache(cached)],
    ['download by the Temporal SDK', () => intoCache(cached, folder => download(folder, say, env))],
    ['go install', () => intoCache(cached, folder => buildWithGo(folder, say, env))],
  ]
  const tried: string[] = []
  for (const [name, find] of ways) {
    try {
      return await find()
    } catch (error) {
      tried.push(`${name} (${reason(error)})`)
    }
  }
  throw new Failure({
    code: 'no-server',
    message: `no Temporal server can be had; tried ${tried.join('; ')}`,
    remedy:
      'Set TEMPORAL_ADDRESS to a server that runs, or install the Temporal CLI (https://docs.temporal.io/cli), or Go 1.24 or later',
  })
}

/** Where a binary is kept that was downloaded or built. */
const cachedBinary = (env: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), 'bin', process.platform === 'win32' ? 'temporal.exe' : 'temporal')

async function checked(path: string | undefined, absent: string): Promise<string> {
  if (!path || !isProgram(path)) throw new Error(absent)
  const answer = await versionOf(path).catch(error => {
    throw new Error(`${path} does not run: ${reason(error)}`)
  })
  if (!/^temporal version/i.test(answer)) throw new Error(`${path} is not the Temporal CLI, or broken`)
  return path
}

/** A binary that was damaged (disk full, killed in the middle) is thrown away, so that it is had again. */
async function fromCache(path: string): Promise<string> {
  try {
    return await checked(path, 'not there')
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}

/** Lets a binary be made in a folder of its own, and moves it to its name only when it runs. */
async function intoCache(path: string, make: (folder: string) => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(makeFolder(dirname(path)), 'making-'))
  try {
    const made = await checked(await make(folder), 'nothing was made')
    renameSync(made, path)
    return path
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s+/g, ' ').trim().slice(0, 300)
}
