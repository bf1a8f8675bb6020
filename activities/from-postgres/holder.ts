/**
 * The record of the processes that hold a run's snapshot: `holders.json` in the run's folder. A holder that is not in it
 * ends by itself, so whoever writes it decides.
 */
import { join } from 'node:path'
import { makeFolder, readJson, runFolder, writePrivate } from '../../home/home.ts'
import { tryLock } from '../../home/lock.ts'
import type { ProcessMark } from '../../home/process.ts'
import { Failure } from '../../model/failure.ts'
import type { Backend } from '../../stores/postgres/backend.ts'
import type { Exported } from '../../stores/postgres/source/snapshot.ts'

/** One process, and its session on the server. */
export interface Holder extends ProcessMark, Exported {
  backend: Backend
}

export interface Holders {
  /** Grows with each snapshot that takes the place of a lost one. */
  generation: number
  /** The second has imported the first one's snapshot, and outlives it. */
  holders: Holder[]
  /** The state folder whose record they look at, where that is another one: the run was taken over. */
  home?: string
  /** The run needs it no more. */
  released?: true
}

const fileOf = (home: string, run: string) => join(runFolder(run, home), 'holders.json')

/** Undefined where the run has taken no snapshot yet. */
export function findHolders(home: string, run: string): Holders | undefined {
  return readJson<Holders>(fileOf(home, run))
}

/** Which snapshot the run reads now: 1, and one more with each that took the place of a lost one; 0 before the first. */
export function generationOf(home: string, run: string): number {
  return findHolders(home, run)?.generation ?? 0
}

/**
 * Makes these the run's holders, unless others of the same generation or a later one are; returns those that are. Two
 * attempts at once so come to the same snapshot.
 */
export function publish(home: string, run: string, mine: Holders): Holders {
  return change(home, run, current => (current && current.generation >= mine.generation ? current : mine))
}

/** Lets a run's snapshot go: its holders end within seconds. Does nothing where there is none. */
export function releaseSnapshot(home: string, run: string): void {
  const record = findHolders(home, run)
  if (record?.home) releaseSnapshot(record.home, run)
  if (record) change(home, run, current => ({ ...current!, released: true }))
}

/** Takes a run's holders over from another state folder. */
export function adoptHolders(home: string, from: string, run: string): void {
  const { generation, holders } = findHolders(from, run)!
  makeFolder(runFolder(run, home))
  publish(home, run, { generation, holders, home: from })
}

const PATIENCE_MS = 5000

function change(home: string, run: string, next: (current: Holders | undefined) => Holders): Holders {
  const unlock = tryLock(join(runFolder(run, home), 'holders.lock'), PATIENCE_MS)
  if (!unlock) throw busy(run)
  try {
    const holders = next(findHolders(home, run))
    writePrivate(fileOf(home, run), JSON.stringify(holders))
    return holders
  } finally {
    unlock()
  }
}

const busy = (run: string) =>
  new Failure({
    code: 'unavailable',
    object: `run ${run}`,
    message: 'another process keeps the record of its snapshot locked',
    remedy: 'Try again',
  })
