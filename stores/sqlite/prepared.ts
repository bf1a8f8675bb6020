/** Statements that are asked again for every table: prepared once. */
import type { Statement } from 'better-sqlite3'
import type { Connection } from './open.ts'

const kept = new WeakMap<Connection, Map<string, Statement>>()

/**
 * The statement for this text on this connection. Each prepared statement holds memory of SQLite's until the
 * garbage collector, which does not see that, comes by. Whoever gets it must be done with it at once.
 */
export function prepared<Params extends unknown[], Row>(db: Connection, sql: string): Statement<Params, Row> {
  const statements = kept.get(db) ?? new Map<string, Statement>()
  kept.set(db, statements)
  const statement = statements.get(sql) ?? db.prepare(sql)
  statements.set(sql, statement)
  return statement as unknown as Statement<Params, Row>
}
