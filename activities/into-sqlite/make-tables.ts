/** Tables of the plan in the file of a run, bare; runs in a thread. */
import { isMade, noteObject, TRIGGER_ASIDE } from '../../ledger/in-file/objects.ts'
import { setFileStep } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import { isLoadedInto, type TablePlan } from '../../model/plan.ts'
import { createTable } from '../../stores/sqlite/ddl.ts'
import { codeOf } from '../../stores/sqlite/errors.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { Progress } from '../progress.ts'
import { type FilePlace, type RunFile, withFile, written } from './file.ts'
import { leftOutOf } from './left-out.ts'

/** Makes all of them in one transaction, those that are not there yet. */
export async function makeTables(
  { place }: { place: FilePlace },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await withFile(place, { progress, signal }, file =>
    written(file, () => {
      const { what } = leftOutOf(file)
      for (const table of what.tables) {
        if (isLoadedInto(table)) silence(file, table)
        else make(file, table)
      }
      setFileStep(file.db, place.run, 'schema', 'done', `${what.tables.length} tables`)
    }),
  )
}

function make({ db, token }: RunFile, table: TablePlan): void {
  const name = quote(table.target.name)
  const object = {
    kind: 'table',
    table: table.name,
    name: table.target.name,
    undo: [`DROP TABLE IF EXISTS ${name}`],
  }
  if (isMade(db, token.run, object)) return
  try {
    // The old one stands in the backup of the file.
    if (table.action === 'replace') db.exec(`DROP TABLE IF EXISTS ${name}`)
    db.exec(createTable(table))
  } catch (error) {
    throw codeOf(error) === 'SQLITE_ERROR' ? notMade(table, error as Error) : error
  }
  noteObject(db, token, object)
}

/** Errors of a definition quote names alone. */
const notMade = ({ target }: TablePlan, error: Error) =>
  new Failure({
    code: 'object',
    object: `table "${target.name}"`,
    message: `SQLite does not make it: ${error.message}`,
    remedy: 'Change it in the plan file, or leave the table out',
  })

/** Triggers of a table that was there do not fire for the run's rows; they come back at its end. */
function silence({ db, token }: RunFile, { name: table, target }: TablePlan): void {
  const triggers = db
    .prepare<[string], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`,
    )
    .all(target.name)
  for (const { name, sql } of triggers) {
    db.exec(`DROP TRIGGER ${quote(name)}`)
    noteObject(db, token, { kind: TRIGGER_ASIDE, table, name, undo: [sql] })
  }
}
