/**
 * The two ways to get a Temporal CLI that the machine does not have. Both run as processes of their own:
 * they can be ended when they take too long, and they bring the worker down in no case.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { entry } from '../home/entry.ts'
import { childEnvironment, onPath } from './executable.ts'

const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1'
const SECOND = 1000
/** A machine with no way out may drop packets in silence: no first byte in this time means no network. */
const FIRST_BYTE = 15 * SECOND
const DOWNLOAD = 300 * SECOND
/** Measured: 177 s on 2 cores with nothing built before. */
const BUILD = 1200 * SECOND

type Say = (line: string) => void

/** Has the SDK download its development server into the folder; returns the binary. */
export async function download(folder: string, say: Say, env: NodeJS.ProcessEnv): Promise<string> {
  const child = fork(entry(import.meta.url, './temporal-download.ts'), [folder], {
    silent: true,
    env: childEnvironment(env),
  })
  const silent = setTimeout(() => {
    if (readdirSync(folder).length === 0) child.kill('SIGKILL')
  }, FIRST_BYTE)
  try {
    await finished(child, 'Downloading the Temporal server (first run only)', DOWNLOAD, say)
  } finally {
    clearTimeout(silent)
  }
  const name = readdirSync(folder).find(file => !file.startsWith('.'))
  return join(folder, name ?? 'temporal')
}

/** Builds the CLI from its published source with the Go of this machine; returns the binary. */
export async function buildWithGo(folder: string, say: Say, env: NodeJS.ProcessEnv): Promise<string> {
  const go = onPath('go', env.PATH)
  if (!go) throw new Error('there is no `go` on the PATH')
  const child = spawn(go, ['install', MODULE], {
    env: { ...childEnvironment(env), GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await finished(child, 'Building the Temporal server with go install (first run only)', BUILD, say)
  return join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal')
}

/** Waits for a process, telling the user what it does and for how long already. */
async function finished(child: ChildProcess, doing: string, limit: number, say: Say): Promise<void> {
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / SECOND)
  let words = ''
  child.stdout?.resume()
  child.stderr?.on('data', chunk => {
    words = (words + chunk).slice(-2000)
  })
  say(doing)
  const ticker = setInterval(() => say(`${doing}: ${seconds()} s`), 10 * SECOND)
  const deadline = setTimeout(() => child.kill('SIGKILL'), limit)
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        if (code === 0) resolve()
        else if (signal) reject(new Error(`no answer, ended after ${seconds()} s`))
        else reject(new Error(words.trim().split('\n').at(-1) || `ended with status ${code}`))
      })
    })
  } finally {
    clearInterval(ticker)
    clearTimeout(deadline)
  }
}
