/**
 * One process of the embedded Temporal server: started, or found running.
 *
 * The process writes its pid itself, before it becomes the server (`sh`, then `exec`): whatever is killed
 * and whenever, no server runs that its state folder does not know, so no second one opens its database.
 */
import { spawn } from 'node:child_process'
import { chmodSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder, readJson, writePrivate } from '../home/home.ts'
import { commandLine, isAlive, markOf, type ProcessMark } from '../home/process.ts'
import { SEARCH } from '../workflows/messages.ts'
import { childEnvironment } from './executable.ts'
import { freePort, isFree } from './ports.ts'

export const NAMESPACE = 'default'
const POLL = 200

export interface Ports {
  grpc: number
  ui: number
}

export interface ServerProcess {
  pid: number
  /** Settles when the process is no more. */
  gone: Promise<void>
}

const folder = (home: string) => join(home, 'temporal')
const pidFile = (home: string) => join(folder(home), 'server.pid')
const portsFile = (home: string) => join(folder(home), 'ports.json')
const databaseFile = (home: string) => resolve(folder(home), 'temporal.db')
export const logFile = (home: string): string => join(folder(home), 'server.log')

export const address = ({ grpc }: Ports): string => `127.0.0.1:${grpc}`

/** The ports on which this home's server was last. */
export function rememberedPorts(home: string): Ports | undefined {
  return readJson<Ports>(portsFile(home))
}

/** The remembered ports if nobody else has them by now, else new ones, remembered. */
export async function claimPorts(home: string): Promise<Ports> {
  const last = rememberedPorts(home)
  if (last && (await isFree(last.grpc)) && (await isFree(last.ui))) return last
  const grpc = await freePort()
  let ui = await freePort()
  while (ui === grpc) ui = await freePort()
  writePrivate(portsFile(home), `${JSON.stringify({ grpc, ui })}\n`)
  return { grpc, ui }
}

/** The server of this home that runs already: left behind by a worker that was killed. */
export function runningServer(home: string): ServerProcess | undefined {
  const pid = recordedPid(home)
  const mark = pid ? markOf(pid) : undefined
  if (!mark || !commandLine(mark.pid).includes(` ${databaseFile(home)} `)) return undefined
  return { pid: mark.pid, gone: goneByPolling(mark) }
}

/** Starts a server in a session of its own, so that Ctrl-C in a terminal reaches us and not it. */
export function spawnServer(binary: string, home: string, ports: Ports, flags: string[]): ServerProcess {
  makeFolder(folder(home))
  const log = openSync(logFile(home), 'a', 0o600)
  chmodSync(logFile(home), 0o600)
  // Its files are made by the server: with this mask they are 0600 from their first moment.
  const mask = process.umask(0o077)
  try {
    const words = ['-c', 'echo $$ > "$1"; shift; exec "$@"', 'sh', pidFile(home), binary]
    const child = spawn('sh', [...words, ...serverArguments(home, ports), ...flags], {
      detached: true,
      env: childEnvironment(),
      // Straight into the file: a pipe through us would end the server when we are killed.
      stdio: ['ignore', log, log],
    })
    const gone = new Promise<void>(resolve => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    })
    return { pid: child.pid ?? 0, gone }
  } finally {
    process.umask(mask)
    closeSync(log)
  }
}

/** Ends a server: asked first (it closes in about 3 s), then made to. */
export async function endServer(server: ServerProcess, home: string, patience = 8000): Promise<void> {
  signal(server.pid, 'SIGTERM')
  const hard = setTimeout(() => signal(server.pid, 'SIGKILL'), patience)
  await server.gone
  clearTimeout(hard)
  rmSync(pidFile(home), { force: true })
}

function serverArguments(home: string, { grpc, ui }: Ports): string[] {
  const start = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', `${grpc}`, '--ui-port', `${ui}`]
  const state = ['--db-filename', databaseFile(home), '--namespace', NAMESPACE, '--log-level', 'error']
  const attributes = Object.values(SEARCH).map(({ name }) => `${name}=Keyword`)
  return [
    ...start,
    ...state,
    ...attributes.flatMap(pair => ['--search-attribute', pair]),
    ...DEAD_SOON.flatMap(setting => ['--dynamic-config-value', setting]),
  ]
}

/**
 * A worker that hangs is noticed, and its polls with it, before the heartbeats of its work are missed: its
 * successor ended a run 15 s after the stop in place of 30. The server's own default is a minute.
 */
const DEAD_SOON = ['frontend.keepAliveTime="4s"', 'frontend.keepAliveTimeout="4s"']

function recordedPid(home: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(pidFile(home), 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}

async function goneByPolling(mark: ProcessMark): Promise<void> {
  while (isAlive(mark)) await sleep(POLL)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
