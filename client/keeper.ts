/**
 * The embedded stack, from the side of a command that uses it: joined where one runs, else forked, and
 * started again when its process is killed under us (the new one adopts the server).
 */
import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { entry } from '../home/entry.ts'
import { makeFolder } from '../home/home.ts'
import { liveUsers, readStack, registerUser, type StackMessage, type StackPlace } from '../home/stack.ts'
import { workerEnvironment } from '../home/worker-environment.ts'
import { Failure } from '../model/failure.ts'
import type { Surroundings } from './here.ts'

const PAUSE = 300
/** Deaths before `ready`, one after the other, after which starting again is no help. */
const MOST_FAILURES = 3
/** The worker gives activities 20 s and ends after 60 s; the server needs some more. */
const RELEASE_LIMIT = 75_000

export interface Keeper {
  place: StackPlace
  /** The stack was there before this command. */
  joined: boolean
  /** Rejects when the stack cannot be kept alive; never resolves. */
  failed: Promise<never>
  /** Lets the stack go; waits for its end unless somebody else uses it. */
  release(): Promise<void>
}

/** Uses the stack of this home until `release`. Fails with what the worker process says. */
export async function keepStack(around: Surroundings): Promise<Keeper> {
  const unregister = registerUser(around.home)
  const state: State = { released: false }
  const joined = readStack(around.home) !== undefined
  try {
    const place = await ensure(around, state)
    const failed = watch(around, state, place)
    failed.catch(() => {})
    const release = async () => {
      state.released = true
      unregister()
      await letGo(around, state)
    }
    return { place, joined, failed, release }
  } catch (error) {
    unregister()
    throw error
  }
}

interface State {
  child?: ChildProcess
  released: boolean
}

/** A live stack: the one that is announced, or one that we start. */
async function ensure(around: Surroundings, state: State): Promise<StackPlace> {
  const stack = readStack(around.home)
  if (stack) return stack
  for (let failures = 1; ; failures++) {
    try {
      return await start(around, state)
    } catch (error) {
      const told = error instanceof Failure && error.code !== 'internal'
      if (told || failures === MOST_FAILURES || state.released) throw error
    }
  }
}

/** Looks after the stack, whoever's it is, for as long as it is used. */
async function watch(around: Surroundings, state: State, place: StackPlace): Promise<never> {
  for (;;) {
    await sleep(PAUSE, undefined, { ref: false })
    if (state.released) return new Promise<never>(() => {})
    if (isRunning(state.child) || readStack(around.home)) continue
    around.say('The worker process ended by itself; starting it again')
    const again = await ensure(around, state)
    if (again.address !== place.address) throw moved(place.address)
  }
}

function start(around: Surroundings, state: State): Promise<StackPlace> {
  const errors = join(makeFolder(around.home), 'worker.stderr')
  const file = openSync(errors, 'w', 0o600)
  const child = fork(fileURLToPath(entry(import.meta.url, '../worker/main.ts')), ['--embedded'], {
    // A group of its own: Ctrl-C is for the command, which then decides what becomes of the stack.
    detached: true,
    env: { ...workerEnvironment(around.env), LONGHAUL_HOME: around.home },
    execArgv: [],
    stdio: ['ignore', 'ignore', file, 'ipc'],
  })
  closeSync(file)
  state.child = child
  return new Promise((resolve, reject) => {
    child.on('message', (message: StackMessage) => {
      if (message.type === 'say') around.say(message.line)
      if (message.type === 'ready') resolve(message)
      if (message.type === 'failed') reject(new Failure(message.facts))
    })
    child.once('error', error => reject(died(errors, error.message)))
    child.once('exit', (code, signal) => reject(died(errors, signal ?? `status ${code}`)))
  })
}

async function letGo(around: Surroundings, { child }: State): Promise<void> {
  if (!child || !isRunning(child)) return
  if (child.connected) child.disconnect()
  const end = Date.now() + RELEASE_LIMIT
  while (isRunning(child) && Date.now() < end) {
    if (liveUsers(around.home).length > 0) break
    await sleep(50)
  }
  child.unref()
}

const isRunning = (child: ChildProcess | undefined): boolean =>
  child !== undefined && child.exitCode === null && child.signalCode === null

function died(errors: string, how: string): Failure {
  const last = linesOf(errors).find(line => /^\w*Error/.test(line))
  return new Failure({
    code: 'internal',
    object: 'the worker process',
    message: `it ended before it was ready (${how})${last ? `: ${last.slice(0, 300)}` : ''}`,
    remedy: `Look into ${errors} and worker.log beside it`,
  })
}

/** None where the state folder is gone: this runs in an event, where nobody could catch an error. */
function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

const moved = (address: string) =>
  new Failure({
    code: 'no-server',
    object: `the embedded Temporal server at ${address}`,
    message: 'it could not come back at that address',
    remedy: 'Run the same command again; it goes on with the same run',
  })
