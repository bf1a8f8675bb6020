/**
 * The embedded Temporal server of one state folder: on loopback, with its state in a database file, back on
 * the same ports after whatever happened to it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { homeFolder } from '../home/home.ts'
import type { StackPlace } from '../home/stack.ts'
import { Failure } from '../model/failure.ts'
import { lastWords, trimLog } from './server-log.ts'
import { answersWithin } from './temporal-answers.ts'
import {
  address,
  claimPorts,
  endServer,
  logFile,
  NAMESPACE,
  type Ports,
  rememberedPorts,
  runningServer,
  type ServerProcess,
  spawnServer,
} from './temporal-process.ts'

/** A server that lived this long had started well; one that did not counts towards giving up. */
const SETTLED = 10_000
const MOST_DEATHS = 5
const START_LIMIT = 60_000
const ADOPT_LIMIT = 10_000

export interface ServerOptions {
  home?: string
  /** Finds the binary; asked only when a server has to be started. */
  binary: () => Promise<string>
  say?: (line: string) => void
  /** More flags for `temporal server start-dev`. */
  flags?: string[]
}

export interface TemporalServer extends StackPlace {
  ui: string
  /** The pid of the process that serves now. */
  pid(): number
  /** Rejects when the server cannot be kept alive; never resolves. */
  failed: Promise<never>
  stop(): Promise<void>
}

/** Adopts the server of this home, or starts it, and keeps it alive until `stop`. */
export async function startTemporalServer(options: ServerOptions): Promise<TemporalServer> {
  const { home = homeFolder(), say = () => {}, flags = [] } = options
  const adopted = await adopt(home)
  const ports = adopted?.ports ?? (await claimPorts(home))
  let binary: string | undefined
  const launch = async () => spawnServer((binary ??= await options.binary()), home, ports, flags)
  const state = { server: adopted?.server ?? (await launch()), stopping: false }
  const failed = supervise(state, home, launch, say)
  failed.catch(() => {})
  const housekeeping = setInterval(() => trimLog(logFile(home)), 60_000)
  housekeeping.unref()
  const stop = async () => {
    state.stopping = true
    clearInterval(housekeeping)
    await endServer(state.server, home)
  }
  const interest = new AbortController()
  try {
    if (!adopted) await Promise.race([started(ports, interest.signal), failed])
  } catch (error) {
    interest.abort()
    await stop()
    throw error
  }
  const place = { address: address(ports), namespace: NAMESPACE, ui: `http://127.0.0.1:${ports.ui}` }
  return { ...place, pid: () => state.server.pid, failed, stop }
}

/** A server that a killed worker left behind. One that does not answer is ended: it holds the database. */
async function adopt(home: string): Promise<{ server: ServerProcess; ports: Ports } | undefined> {
  const server = runningServer(home)
  if (!server) return undefined
  const ports = rememberedPorts(home)
  if (ports && (await answersWithin(address(ports), NAMESPACE, ADOPT_LIMIT))) return { server, ports }
  await endServer(server, home, 1000)
  return undefined
}

async function started(ports: Ports, interest: AbortSignal): Promise<void> {
  if (await answersWithin(address(ports), NAMESPACE, START_LIMIT, interest)) return
  throw new Failure({
    code: 'no-server',
    object: `the Temporal server on ${address(ports)}`,
    message: `it runs, but did not answer within ${START_LIMIT / 1000} s`,
    remedy: 'Look at the log beside its database, or set TEMPORAL_ADDRESS to another server',
  })
}

interface Supervised {
  server: ServerProcess
  stopping: boolean
}

/** Starts the server again whenever it dies, until it dies at once several times in a row. */
async function supervise(
  state: Supervised,
  home: string,
  launch: () => Promise<ServerProcess>,
  say: (line: string) => void,
): Promise<never> {
  for (let deaths = 0; ; ) {
    const began = Date.now()
    await state.server.gone
    if (state.stopping) return new Promise<never>(() => {})
    deaths = Date.now() - began > SETTLED ? 1 : deaths + 1
    if (deaths >= MOST_DEATHS) throw givenUp(home, deaths)
    say('The Temporal server ended by itself; starting it again')
    await sleep(100 * 2 ** (deaths - 1))
    if (state.stopping) return new Promise<never>(() => {})
    trimLog(logFile(home))
    state.server = await launch()
  }
}

function givenUp(home: string, deaths: number): Failure {
  return new Failure({
    code: 'no-server',
    object: 'the embedded Temporal server',
    message: `it ended at once ${deaths} times in a row: ${lastWords(logFile(home))}`,
    remedy: `See ${logFile(home)}, or set TEMPORAL_ADDRESS to another server`,
  })
}
