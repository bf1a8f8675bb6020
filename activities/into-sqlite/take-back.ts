/** A run into a file is taken back as a whole: a new file goes, one that was there is as it was. Runs in a thread. */
import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { sync } from '../../home/home.ts'
import { fileFigures } from '../../ledger/in-file/chunks.ts'
import { fileObjects } from '../../ledger/in-file/objects.ts'
import { fenceOffInFile, forgetFileRun, getFileRun } from '../../ledger/in-file/runs.ts'
import { dropFileLedger } from '../../ledger/in-file/schema.ts'
import { Failure } from '../../model/failure.ts'
import type { Plan } from '../../model/plan.ts'
import type { RolledBack } from '../../model/rollback.ts'
import { isRowNumber } from '../../model/sqlite-sql/names.ts'
import { fileObject } from '../../stores/sqlite/errors.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { orphansNow, removeOrphans } from '../../stores/sqlite/write/dependents.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { openToWrite } from '../../stores/sqlite/write/open.ts'
import { isSameFile, workPath } from '../../stores/sqlite/write/place.ts'
import { type Waiting, writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'
import { ledgerName, withLedger } from './ledger-of-run.ts'
import { backupOfFile, findPlaced } from './placed.ts'
import { type Standing, standingOf } from './standing.ts'
import { attached, type Marks, marksOf, takeBack } from './take-out.ts'

export interface TakeBackInput {
  home: string
  run: string
  path: string
  /** Absent where this host does not have it any more. */
  plan?: Plan
  /** Rows of others may go as well. */
  mayLose: boolean
  /** The epoch of the one who gives up: whoever has taken the run over since keeps it. */
  epoch?: string
}

/** Undefined where nothing of the run is there. Fails with `refused` where rows of others would be lost. */
export async function takeFileBack(
  input: TakeBackInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<RolledBack | undefined> {
  const { run, path } = input
  const waiting = { waits: () => progress('waits for the lock of the file'), signal }
  const own = workPath(path, run)
  try {
    if (existsSync(own)) return await removeOwn(own, input, waiting)
    const standing = standingOf(input, progress)
    if (!standing) return undefined
    if (standing.changed.length > 0 && !input.mayLose) throw changedSince(path, standing.changed)
    return findPlaced(input.home, run)
      ? await removePlaced(input, waiting)
      : await putBack(input, standing, waiting)
  } catch (error) {
    throw writingFailure(path, error)
  }
}

/** A file that was never in its place: nobody but the run has written it. */
async function removeOwn(
  own: string,
  { run, epoch, path }: TakeBackInput,
  waiting: Waiting,
): Promise<RolledBack> {
  const db = openToWrite(own)
  let rows = 0
  let undone = 0
  try {
    await writing(db, waiting, () => {
      const row = getFileRun(db, run)
      if (!row) return
      if (epoch !== undefined && row.epoch !== epoch && row.state !== 'rolling back') throw takenOver(run)
      rows = rowsOf(db, run)
      undone = fileObjects(db, run).filter(({ done }) => done).length
      // Attempts that wait for the lock find themselves outdated.
      fenceOffInFile(db, run, 'rolling back')
    })
  } finally {
    db.close()
  }
  // An attempt to put it into its place was killed.
  if (isSameFile(own, path)) remove(path)
  remove(own)
  return {
    undone,
    rows,
    verified: [`the new database, which was not in its place yet, is removed`],
    differences: [],
  }
}

async function removePlaced({ home, run, path }: TakeBackInput, waiting: Waiting): Promise<RolledBack> {
  const db = openToWrite(path)
  let counted = { undone: 0, rows: 0 }
  try {
    // Who writes it at this moment comes to an end first.
    await writing(db, waiting, () => {
      counted = withLedger(home, run, db, ledger => ({
        undone: fileObjects(ledger, run).filter(({ done }) => done).length,
        rows: rowsOf(ledger, run),
      }))
    })
  } finally {
    db.close()
  }
  remove(path)
  return { ...counted, verified: ['the database, which the run had made, is removed'], differences: [] }
}

function remove(path: string): void {
  for (const end of ['-journal', '-wal', '-shm', '']) rmSync(`${path}${end}`, { force: true })
  sync(dirname(path))
}

/** In one transaction of the database, whoever else has it open. */
async function putBack(
  { home, run, path, plan }: TakeBackInput,
  standing: Standing,
  waiting: Waiting,
): Promise<RolledBack> {
  if (!plan) throw planGone(run)
  const db = openToWrite(path)
  try {
    const marks = sureMarks(standing, marksOf(plan, ledgerName(home, run, db), run))
    return await attached(db, backupOfFile(home, run), () =>
      writing(db, waiting, () => {
        const { objects, rows } = withLedger(home, run, db, ledger => ({
          objects: fileObjects(ledger, run),
          rows: rowsOf(ledger, run),
        }))
        // Before the copy was made nothing was written.
        const tables = objects.length > 0 || rows > 0 ? plan.what.tables : []
        const orphans = standing.dependents ? orphansNow(db) : undefined
        const undone = takeBack(db, tables, objects, marks)
        const gone = orphans ? removeOrphans(db, orphans) : 0
        if (forgetFileRun(db, run) === 0) dropFileLedger(db, [])
        const old = tables.filter(({ action }) => action !== 'create')
        const marked = old.filter(table => marks(table)).length
        const verified = [
          ...(marked > 0 ? [`${marked} table(s) have lost the rows of the run, and those alone`] : []),
          ...(old.length > marked
            ? [`${old.length - marked} table(s) have the rows of the copy from before the run`]
            : []),
          ...(gone > 0 ? [`${gone} row(s) that referred to rows of the run went with them`] : []),
        ]
        return { undone, rows, verified, differences: [] }
      }),
    )
  } finally {
    db.close()
  }
}

/** Hidden row numbers change with VACUUM: where rows are not those of the run any more the copy from before it is put back. */
function sureMarks({ tables }: Standing, marks: Marks): Marks {
  const changed = new Set(tables.flatMap(({ name, changed }) => (changed ? [name] : [])))
  return table => {
    const isHidden = table.there?.by === 'rowid' && isRowNumber(table.there.name)
    return isHidden && changed.has(table.name) ? undefined : marks(table)
  }
}

const rowsOf = (db: Connection, run: string): number =>
  fileFigures(
    db,
    run,
    db.prepare<[string], string>('SELECT name FROM longhaul_table_run WHERE run_id = ?').pluck().all(run),
  ).reduce((sum, { written }) => sum + written, 0)

const takenOver = (run: string) =>
  new Failure({
    code: 'fenced',
    object: `run ${run}`,
    message: 'was taken over by another execution, so it is not taken back from here',
  })

const changedSince = (path: string, what: readonly string[]) =>
  new Failure({
    code: 'refused',
    object: fileObject(path),
    message: `${what[0]}, so that rows of others would be lost`,
    remedy: 'Consent to it with --accept rows-of-others; a copy of the file is made first',
  })

const planGone = (run: string) =>
  new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: 'its plan is not in its folder on this host any more',
    remedy: 'Put the copy backup/target.db in the place of the file by hand',
  })
