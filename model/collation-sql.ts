/** Collations of PostgreSQL as SQL names them: its own stand in `pg_catalog`, which is on every search path. */
import { quoteName } from './sql-text.ts'

/** `"C"`, or `"schema"."name"`. */
export function collationSql({ schema, name }: { schema: string; name: string }): string {
  return schema === 'pg_catalog' ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
}

/** By bytes, letter by letter of ASCII: what BINARY means in SQLite. */
export const BY_BYTES = collationSql({ schema: 'pg_catalog', name: 'C' })
