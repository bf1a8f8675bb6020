/**
 * The description of a database whose snapshot has another schema than it had: `make-readable.ts` puts it into the
 * snapshot before.
 */
import type { Schema } from '../../model/schema.ts'
import type { Connection } from './open.ts'

/** No program can make a table of such a name by mistake, and lists of tables leave it out. */
const NAME = 'sqlite_longhaul_before'

/** Whether there is one, whoever wrote it. */
export function isDescribedBefore(db: Connection): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE lower(name) = '${NAME}'`).get() !== undefined
}

/** Needs `writable_schema`. */
export function keepDescription(db: Connection, schema: Schema): void {
  db.exec(`CREATE TABLE ${NAME} (description TEXT NOT NULL)`)
  db.prepare(`INSERT INTO ${NAME} VALUES (?)`).run(JSON.stringify(schema))
}

/** Undefined where the snapshot's own schema is that of the database. */
export function descriptionBefore(db: Connection): Schema | undefined {
  if (!isDescribedBefore(db)) return undefined
  const text = db.prepare<[], string>(`SELECT description FROM ${NAME}`).pluck().get()!
  return JSON.parse(text) as Schema
}
