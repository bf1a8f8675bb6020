/**
 * The work file of a mapping: how far each of its parts has come, written in the transactions of the rows, and what has to be the same
 * for whoever goes on after a kill.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { forgetRejected } from '../../stores/stage/reject.ts'
import { openStageFile } from '../../stores/stage/schema.ts'

export interface Counts {
  read: number
  filtered: number
  duplicates: number
  rejected: number
  written: number
}

export interface Mark extends Counts {
  /** The number of the last row that was read. */
  after: bigint
  done: boolean
}

/**
 * `part`: how far an entry of the mapping has come; `password`: those that were made, with the key of their row; `result`: of the whole,
 * once it is done.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS work.part (name TEXT PRIMARY KEY, after INTEGER NOT NULL, read INTEGER NOT NULL, filtered INTEGER NOT NULL,
    duplicates INTEGER NOT NULL, rejected INTEGER NOT NULL, written INTEGER NOT NULL, done INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS work.password (no INTEGER PRIMARY KEY, "table" TEXT NOT NULL, key TEXT NOT NULL, "column" TEXT NOT NULL,
    password TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS work.result (json TEXT NOT NULL)`

export interface WorkPlace {
  stage: string
  image: string
  work: string
}

/** The stage as `main`, the work file as `work`. Without an image everything begins anew. */
export function openWork({ stage, image, work }: WorkPlace): Connection {
  if (!existsSync(image)) for (const suffix of ['', '-journal']) rmSync(`${work}${suffix}`, { force: true })
  const db = openStageFile(stage)
  try {
    attach(db, work, 'work')
    db.exec(TABLES)
    if (!existsSync(image)) forgetRejected(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** @param as its name in SQL; the file is made where it is not there, 0600 */
export function attach(db: Connection, path: string, as: string): void {
  if (!existsSync(path)) new Database(path).close()
  chmodSync(path, 0o600)
  db.prepare(`ATTACH DATABASE ? AS ${as}`).run(path)
  db.pragma(`${as}.journal_mode = DELETE`)
  db.pragma(`${as}.synchronous = NORMAL`)
}

const START: Mark = {
  after: -(2n ** 63n),
  read: 0,
  filtered: 0,
  duplicates: 0,
  rejected: 0,
  written: 0,
  done: false,
}

export function readMark(db: Connection, name: string): Mark {
  const row = db.prepare(
    'SELECT after, read, filtered, duplicates, rejected, written, done FROM work.part WHERE name = ?',
  )
  const found = row.safeIntegers().get(name) as Record<keyof Mark, bigint> | undefined
  if (!found) return { ...START }
  const { after, done, ...counts } = found
  const numbers = Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, Number(value)]))
  return { ...START, ...numbers, after, done: done === 1n }
}

/** The transaction is the caller's. */
export function writeMark(db: Connection, name: string, mark: Mark): void {
  db.prepare(
    `INSERT OR REPLACE INTO work.part (name, after, read, filtered, duplicates, rejected, written, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    name,
    mark.after,
    mark.read,
    mark.filtered,
    mark.duplicates,
    mark.rejected,
    mark.written,
    mark.done ? 1 : 0,
  )
}

/** Makes a table of the work file and fills it, once. */
export function once(db: Connection, name: string, columns: string, fill: () => void): void {
  if (db.prepare('SELECT 1 FROM work.sqlite_schema WHERE name = ?').get(name)) return
  db.transaction(() => {
    db.exec(`CREATE TABLE work.${quote(name)} (${columns})`)
    fill()
  })()
}

/** What the job has told at its end, if it came so far. */
export function readResult<T>(db: Connection): T | undefined {
  const json = db.prepare<[], string>('SELECT json FROM work.result').pluck().get()
  return json === undefined ? undefined : (JSON.parse(json) as T)
}

/** Keeps the result, and nothing else: what was laid down for the work is of no use any more. */
export function writeResult(db: Connection, result: object): void {
  db.pragma('work.secure_delete = ON')
  const names = db
    .prepare<[], string>(`SELECT name FROM work.sqlite_schema WHERE type = 'table' AND name <> 'result'`)
    .pluck()
    .all()
  db.transaction(() => {
    db.prepare('INSERT INTO work.result (json) VALUES (?)').run(JSON.stringify(result))
    for (const name of names) db.exec(`DROP TABLE work.${quote(name)}`)
  })()
  db.exec('VACUUM work')
}
