/** What `sqlite_schema` says of one table or index. */
import type { Connection } from './open.ts'

export interface SchemaRow {
  type: 'table' | 'index' | 'view' | 'trigger'
  name: string
  /** The first page of its tree; none, or 0, where it has no tree of its own. */
  root: number | null
  sql: string | null
}

const kept = new WeakMap<Connection, ReadonlyMap<string, SchemaRow>>()

/**
 * Undefined where there is none. SQLite has no index on names there, and reads the whole schema for each of them: 75 of
 * 140 s for 10,000 tables. So what nobody can change is read once.
 */
export function schemaRow(db: Connection, type: 'table' | 'index', name: string): SchemaRow | undefined {
  const rows = kept.get(db) ?? schemaRows(db)
  if (db.readonly) kept.set(db, rows)
  return rows.get(keyOf({ type, name }))
}

function schemaRows(db: Connection): ReadonlyMap<string, SchemaRow> {
  const rows = db.prepare<[], SchemaRow>('SELECT type, name, rootpage AS root, sql FROM sqlite_schema').all()
  return new Map(rows.map(row => [keyOf(row), row]))
}

/** A trigger may have the name of a table. */
const keyOf = ({ type, name }: Pick<SchemaRow, 'type' | 'name'>) => `${type} ${name}`
