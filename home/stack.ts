/**
 * How the processes of one state folder find the embedded stack (Temporal server and worker), and how the
 * stack knows whether somebody still uses it.
 *
 * A command registers itself first and looks for a stack second; a stack that wants to end takes its
 * record away first and looks for users second. So one of the two always sees the other.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FailureFacts } from '../model/failure.ts'
import { readJson, writePrivate } from './home.ts'
import { tryLock } from './lock.ts'
import { isAlive, markOf, type ProcessMark } from './process.ts'

export interface StackPlace {
  /** `host:port` of the Temporal server. */
  address: string
  namespace: string
  /** Address of the Temporal UI. */
  ui?: string
}

/** A stack that runs; the mark is that of its worker process. */
export interface Stack extends ProcessMark, StackPlace {
  startedAt: string
}

/** What a worker process tells the command that forked it. `ready` comes again when it takes a stack over. */
export type StackMessage =
  | { type: 'say'; line: string }
  | ({ type: 'ready' } & StackPlace)
  | { type: 'failed'; facts: FailureFacts }

const recordFile = (home: string) => join(home, 'stack.json')
const usersFolder = (home: string) => join(home, 'users')

/** The stack that runs in this home; undefined where none does, or only its record is left. */
export function readStack(home: string): Stack | undefined {
  const stack = readJson<Stack>(recordFile(home))
  return stack && isAlive(stack) ? stack : undefined
}

/** Announces the stack of this process. */
export function writeStack(place: StackPlace, home: string): void {
  const stack: Stack = { ...ownMark(), ...place, startedAt: new Date().toISOString() }
  writePrivate(recordFile(home), `${JSON.stringify(stack, null, 2)}\n`)
}

export function removeStack(home: string): void {
  rmSync(recordFile(home), { force: true })
}

/** Taken by whoever starts the stack, and kept for as long as it runs: one stack a home. */
export function lockStack(home: string): (() => void) | undefined {
  return tryLock(join(home, 'stack.lock'))
}

let registrations = 0

/** Says that this process uses the stack; returns how to take that back. */
export function registerUser(home: string): () => void {
  const file = join(usersFolder(home), `${process.pid}-${++registrations}`)
  writePrivate(file, JSON.stringify(ownMark()))
  return () => rmSync(file, { force: true })
}

/** The pids that use the stack; what the dead left behind is swept away. */
export function liveUsers(home: string): number[] {
  return usersFiles(home).flatMap(file => {
    const user = readJson<ProcessMark>(file)
    if (user && isAlive(user)) return [user.pid]
    rmSync(file, { force: true })
    return []
  })
}

function usersFiles(home: string): string[] {
  try {
    const names = readdirSync(usersFolder(home)).filter(name => !name.endsWith('.tmp'))
    return names.map(name => join(usersFolder(home), name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function ownMark(): ProcessMark {
  return markOf(process.pid) ?? { pid: process.pid, pidStart: '' }
}
