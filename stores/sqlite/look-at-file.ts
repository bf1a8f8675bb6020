/** A look at the SQLite file that a run is to write, before anything is planned for it. */
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { SqliteTarget } from '../../model/into-sqlite/target.ts'
import { isLedgerTable } from '../../model/ledger-names.ts'
import { describe } from './describe.ts'
import { refuseNonFile } from './errors.ts'
import { quote } from './quote.ts'
import { targetFailure, writingFailure } from './write/errors.ts'

/**
 * What is there under a name. Fails with `target` where no database can be written there: the folder is missing or
 * closed to us, the file is none of SQLite, damaged, read-only, or locked by another program.
 */
export function lookAtFile(path: string): SqliteTarget {
  needFolder(path)
  if (!isThere(path)) return NOTHING
  try {
    refuseNonFile(path)
    needWrite(path)
    return describeFile(path)
  } catch (error) {
    throw writingFailure(path, error)
  }
}

const NOTHING: SqliteTarget = {
  exists: false,
  schema: { engine: 'SQLite', encoding: 'UTF-8', tables: [], others: [] },
  withRows: [],
}

/** A database without a byte is none yet, as SQLite sees it. */
export const isThere = (path: string): boolean => existsSync(path) && statSync(path).size > 0

function needFolder(path: string): void {
  const folder = dirname(path)
  if (!existsSync(folder))
    throw targetFailure(path, `its folder ${folder} is not there`, 'Make the folder, or check the path')
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw writingFailure(path, error)
  }
}

function needWrite(path: string): void {
  accessSync(realpathSync(path), constants.R_OK | constants.W_OK)
}

function describeFile(path: string): SqliteTarget {
  // Whoever opens a WAL database for reading alone leaves its side files behind.
  const db = new Database(path, { fileMustExist: true, timeout: 1000 })
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('query_only = ON')
    const { tables, ...schema } = describe(db)
    const users = tables.filter(({ name }) => !isLedgerTable(name))
    const withRows = users.filter(({ name }) => hasRows(db, name)).map(({ name }) => name)
    return { exists: true, schema: { ...schema, tables: users }, withRows }
  } finally {
    db.close()
  }
}

const hasRows = (db: Database.Database, table: string): boolean =>
  db
    .prepare(`SELECT EXISTS (SELECT 1 FROM ${quote(table)})`)
    .pluck()
    .get() === 1
