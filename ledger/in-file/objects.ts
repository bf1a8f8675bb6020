/** Objects that a run makes in a file, each once, and the statements that take them back. */
import type { ObjectId } from '../objects.ts'
import type { ObjectRow } from '../reader.ts'
import type { RunToken } from '../runs.ts'
import { type Db, fileTable } from './schema.ts'

const OBJECT = fileTable('object')

/** The kind of a trigger that rests while rows are loaded: its undo is what makes it again. */
export const TRIGGER_ASIDE = 'trigger aside'

/** Whether it was made before. */
export function isMade(db: Db, run: string, { kind, table, name }: ObjectId): boolean {
  const row = db
    .prepare(`SELECT done FROM ${OBJECT} WHERE run_id = ? AND kind = ? AND table_name = ? AND name = ?`)
    .get(run, kind, table, name)
  return row?.done === 1
}

/** Records an object as made, or why it was not; in the transaction that makes it. */
export function noteObject(
  db: Db,
  { run }: RunToken,
  { kind, table, name, undo }: ObjectId & { undo: string[] },
  error?: string,
): void {
  db.prepare(
    `INSERT INTO ${OBJECT} (run_id, kind, table_name, name, undo, done, error) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, kind, table_name, name) DO UPDATE
       SET undo = excluded.undo, done = excluded.done, error = excluded.error`,
  ).run(run, kind, table, name, JSON.stringify(undo), error === undefined ? 1n : 0n, error ?? null)
}

/** Objects in the order of making. */
export function fileObjects(db: Db, run: string): ObjectRow[] {
  return db
    .prepare(`SELECT kind, table_name, name, undo, done, error FROM ${OBJECT} WHERE run_id = ? ORDER BY no`)
    .all(run)
    .map(r => ({
      kind: r.kind,
      table: r.table_name,
      name: r.name,
      undo: JSON.parse(r.undo),
      done: r.done === 1,
      ...(r.error !== null && { error: r.error }),
    }))
}

/** The record of one object goes. */
export function forgetObject(db: Db, run: string, { kind, table, name }: ObjectId): void {
  db.prepare(`DELETE FROM ${OBJECT} WHERE run_id = ? AND kind = ? AND table_name = ? AND name = ?`).run(
    run,
    kind,
    table,
    name,
  )
}

/** The records of a table's objects. */
export function forgetObjects(db: Db, run: string, table: string): void {
  db.prepare(`DELETE FROM ${OBJECT} WHERE run_id = ? AND table_name = ?`).run(run, table)
}
