/** Transactions on a file that has one lock for all who write. */
import { setTimeout as pause } from 'node:timers/promises'
import { codeOf } from '../errors.ts'
import type { Connection } from '../open.ts'
import { isLocked } from './errors.ts'

/** Milliseconds between two tries: who holds the lock is another lane of ours as a rule, and lets go after a chunk. */
const LOOK_MS = 5

export interface Waiting {
  /** Hears now and then that it waits. */
  waits: () => void
  signal?: AbortSignal | undefined
  /** Milliseconds after which it gives up with `busy`. Absent: a minute. */
  patience?: number
}

const PATIENCE_MS = 60_000

/** Takes the file's lock. The thread goes on with other work while it waits. */
export async function begin(
  db: Connection,
  { waits, signal, patience = PATIENCE_MS }: Waiting,
): Promise<void> {
  const deadline = performance.now() + patience
  while (!tryBegin(db)) {
    signal?.throwIfAborted()
    if (performance.now() > deadline) throw isLocked(db.name)
    waits()
    await pause(LOOK_MS)
  }
}

function tryBegin(db: Connection): boolean {
  try {
    db.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (/^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))) return false
    throw error
  }
}

/** Work that is done whole or not at all, under the file's lock. */
export async function writing<T>(db: Connection, waiting: Waiting, work: () => T | Promise<T>): Promise<T> {
  await begin(db, waiting)
  try {
    const result = await work()
    await commit(db, waiting)
    return result
  } catch (error) {
    rollBack(db)
    throw error
  }
}

/** A reader may stand in the way of a commit for as long as it reads. */
export async function commit(
  db: Connection,
  { waits, signal, patience = PATIENCE_MS }: Waiting,
): Promise<void> {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      db.exec('COMMIT')
      return
    } catch (error) {
      if (!/^SQLITE_BUSY/.test(codeOf(error)) || performance.now() > deadline) throw error
    }
    signal?.throwIfAborted()
    waits()
    await pause(LOOK_MS)
  }
}

/** SQLite may have done it by itself, as where the disk is full. */
export function rollBack(db: Connection): void {
  if (db.inTransaction) db.exec('ROLLBACK')
}
