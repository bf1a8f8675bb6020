/** The way back of a database that is there: a copy of it as it was before the first row. Runs in a thread. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { makeFolder, sync } from '../../home/home.ts'
import { noteTableBefore, type TableBefore, tablesBefore } from '../../ledger/in-file/before.ts'
import { forgetFileRun } from '../../ledger/in-file/runs.ts'
import { dropFileLedger } from '../../ledger/in-file/schema.ts'
import { Failure } from '../../model/failure.ts'
import { isLoadedInto, type TablePlan } from '../../model/plan.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { backUpOnline } from '../../stores/sqlite/snapshot-online.ts'
import type { Progress } from '../progress.ts'
import { digestNow } from './digest-file.ts'
import { type FilePlace, withFile, written } from './file.ts'
import { isMarkedBy } from './own-rows.ts'
import { backupOfFile } from './placed.ts'

/** Copies and notes once. Gives how many tables with rows of others were noted, and how many rows these have. */
export async function backUpFile(
  { home, place }: { home: string; place: FilePlace },
  progress: Progress,
  signal: AbortSignal,
): Promise<{ tables: number; rows: number }> {
  const backup = backupOfFile(home, place.run)
  return withFile(place, { progress, signal }, async file => {
    const { db, plan, token } = file
    if (!existsSync(backup)) await copy(db.name, backup, place.run, progress, signal)
    for (const table of plan.what.tables.filter(isLoadedInto)) {
      if (tablesBefore(db, token.run).has(table.name)) continue
      const before = isMarkedBy(plan, table) ? countBefore(db, table) : lookBefore(db, table, progress)
      await written(file, () => noteTableBefore(db, token.run, before))
    }
    const noted = [...tablesBefore(db, token.run).values()]
    return { tables: noted.length, rows: noted.reduce((sum, { rows }) => sum + rows, 0) }
  })
}

/** The run's own rows are marked: of all others their number is enough. */
function countBefore(db: Connection, { name: table, target }: TablePlan): TableBefore {
  const rows = db
    .prepare<[], number>(`SELECT count(*) FROM main.${quote(target.name)}`)
    .pluck()
    .get()!
  return { table, rows }
}

/** Where a key of the rows is their number, new ones may come anywhere among the old: then sums tell them apart. */
function lookBefore(db: Connection, table: TablePlan, progress: Progress): TableBefore {
  const name = table.target.name
  const keys = db
    .prepare<[string], string>('SELECT upper(type) FROM pragma_table_xinfo(?) WHERE pk > 0')
    .pluck()
    .all(name)
  if (keys.length === 1 && keys[0] === 'INTEGER') {
    const digest = digestNow(db.name, table, progress)
    return { table: table.name, rows: digest.count, digest: digest.toBytes() }
  }
  const { rows, last } = db
    .prepare<[], { rows: number; last: number | null }>(
      `SELECT count(*) AS rows, max(rowid) AS last FROM ${quote(name)}`,
    )
    .get()!
  return { table: table.name, rows, ...(last !== null && { lastRow: last }) }
}

/** Its name shows it whole or not. */
async function copy(
  path: string,
  backup: string,
  run: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const half = `${backup}.half`
  makeFolder(dirname(backup))
  rmSync(half, { force: true })
  const deadline = Date.now() + 60_000
  await backUpOnline(path, half, deadline, { progress, signal, busyTimeoutMs: 60_000 })
  const db = new Database(half)
  try {
    db.pragma('journal_mode = DELETE')
    // The run was registered before; what is kept is the database without it.
    if (forgetFileRun(db, run) === 0) dropFileLedger(db, [])
    if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw unproven(path)
  } finally {
    db.close()
  }
  sync(half)
  renameSync(half, backup)
}

const unproven = (path: string) =>
  new Failure({
    code: 'target',
    object: `file ${path}`,
    message: 'the copy of it that a rollback would need is damaged, so nothing was written',
    remedy: 'Look at the file with: sqlite3 FILE "PRAGMA integrity_check"',
  })
