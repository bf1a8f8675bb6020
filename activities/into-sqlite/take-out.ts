/** What a run made of its tables, taken back out of the file; runs in a thread. */
import { existsSync } from 'node:fs'
import { fileFigures } from '../../ledger/in-file/chunks.ts'
import { fileObjects, forgetObjects, TRIGGER_ASIDE } from '../../ledger/in-file/objects.ts'
import { leaveTableOut } from '../../ledger/in-file/parts.ts'
import type { ObjectRow } from '../../ledger/reader.ts'
import { Failure } from '../../model/failure.ts'
import { isLoadedInto, type Plan, type TablePlan } from '../../model/plan.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { OwnRows } from '../../stores/sqlite/write/own-rows.ts'
import { takeMarked } from '../../stores/sqlite/write/take-marked.ts'
import type { Progress } from '../progress.ts'
import { tableOf } from '../target.ts'
import { type FilePlace, withFile, written } from './file.ts'
import { isMarkedBy, ownRowsOf } from './own-rows.ts'
import { backupOfFile } from './placed.ts'

export interface TakenOut {
  undone: number
  rows: number
}

/** One table of a run that goes on: its objects go, and rows of others in it stay. */
export async function takeTableOut(
  { home, place, table: name }: { home: string; place: FilePlace; table: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<TakenOut> {
  return withFile(place, { progress, signal }, async file => {
    const { db, plan, token } = file
    const table = tableOf(plan, name)
    return attached(db, backupOfFile(home, token.run), () =>
      written(file, () => {
        const objects = fileObjects(db, token.run).filter(object => object.table === name)
        const { written: rows } = fileFigures(db, token.run, [name])[0]!
        const undone = takeBack(db, [table], objects, marksOf(plan, 'main', token.run))
        forgetObjects(db, token.run, name)
        leaveTableOut(db, token.run, name)
        return { undone, rows }
      }),
    )
  })
}

/** With the copy from before the run at hand, where there is one. */
export async function attached<T>(db: Connection, backup: string, work: () => Promise<T>): Promise<T> {
  if (!existsSync(backup)) return work()
  db.prepare('ATTACH ? AS before').run(backup)
  try {
    return await work()
  } finally {
    db.exec('DETACH before')
  }
}

/** How the run's rows are told from those of others in a table that was there; undefined where the copy from before tells it. */
export type Marks = (table: TablePlan) => OwnRows | undefined

export const marksOf =
  (plan: Plan, ledger: string, run: string): Marks =>
  table =>
    isMarkedBy(plan, table) ? ownRowsOf(ledger, run, table) : undefined

/**
 * What a run made of these tables, the last object first, and the rows of those that were there; within a transaction of the caller's.
 * No trigger fires for rows that come back. Gives how many objects were there.
 */
export function takeBack(
  db: Connection,
  tables: readonly TablePlan[],
  objects: readonly ObjectRow[],
  marks: Marks,
): number {
  const made = objects.filter(({ done }) => done).reverse()
  const [resting, others] = [made.filter(isResting), made.filter(object => !isResting(object))]
  for (const { undo } of others) for (const statement of undo) db.exec(statement)
  const old = tables.filter(({ action }) => action !== 'create')
  const triggers = old.filter(isLoadedInto).flatMap(table => silenced(db, table))
  for (const table of old) {
    const own = marks(table)
    if (own) takeMarked(db, own, table.upsert?.sets.map(({ name }) => name) ?? [])
    else restore(db, table)
  }
  for (const statement of [...triggers, ...resting.flatMap(({ undo }) => undo)]) db.exec(statement)
  return made.length
}

const isResting = ({ kind }: ObjectRow): boolean => kind === TRIGGER_ASIDE

/** Drops a table's triggers; gives the statements that make them again. */
function silenced(db: Connection, { target }: TablePlan): string[] {
  const triggers = db
    .prepare<[string], { name: string; sql: string }>(
      `SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`,
    )
    .all(target.name)
  for (const { name } of triggers) db.exec(`DROP TRIGGER main.${quote(name)}`)
  return triggers.map(({ sql }) => sql)
}

/**
 * A table that was there before the run has the rows of the copy again, and one that was replaced its definition as well.
 */
function restore(db: Connection, { action, target: { name } }: TablePlan): void {
  if (action === 'create') return
  const isAttached =
    db.prepare(`SELECT 1 FROM pragma_database_list WHERE name = 'before'`).get() !== undefined
  if (!isAttached) throw noCopy(name)
  if (action === 'replace') remake(db, name)
  const columns = db
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0')
    .pluck()
    .all(name)
    .map(quote)
    .join(', ')
  db.exec(`DELETE FROM main.${quote(name)}`)
  db.exec(`INSERT INTO main.${quote(name)} (${columns}) SELECT ${columns} FROM before.${quote(name)}`)
  const counts = db.prepare(`SELECT 1 FROM before.sqlite_schema WHERE name = 'sqlite_sequence'`).get()
  if (counts)
    db.prepare(
      `UPDATE main.sqlite_sequence SET seq = old.seq FROM before.sqlite_sequence AS old
        WHERE old.name = sqlite_sequence.name AND old.name = ?`,
    ).run(name)
}

/** With its indexes and triggers, in the order in which they were made. */
function remake(db: Connection, table: string): void {
  const statements = db
    .prepare<[string], string>(
      `SELECT sql FROM before.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL
        ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, rowid`,
    )
    .pluck()
    .all(table)
  db.exec(`DROP TABLE IF EXISTS main.${quote(table)}`)
  for (const statement of statements) db.exec(statement)
}

const noCopy = (table: string) =>
  new Failure({
    code: 'artifact',
    object: `table "${table}"`,
    message: 'was there before the run, and the copy of the database from then is gone',
    remedy: 'Put the file backup/target.db back into the folder of the run',
  })
