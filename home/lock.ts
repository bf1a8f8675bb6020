/**
 * A lock between processes that the kernel takes back when its holder dies, however it dies.
 *
 * It is SQLite's own lock on an empty database file: files with a pid in them need a rule for what is
 * stale, and two processes that apply the rule at once both win.
 */
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { makeFolder } from './home.ts'

/**
 * Takes the lock, or says that somebody holds it, and has for `patience` milliseconds. The lock lasts until it
 * is released. Waiting blocks the thread.
 */
export function tryLock(path: string, patience = 0): (() => void) | undefined {
  makeFolder(dirname(path))
  const db = new Database(path, { timeout: patience })
  try {
    chmodSync(path, 0o600)
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return () => void db.close()
}
