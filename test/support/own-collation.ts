/** Databases with a collation that only their application has, made without that application. */
import type Database from 'better-sqlite3'

/**
 * Renames NOCASE to `name` in all definitions: the order in the file stays that of NOCASE, which is how an
 * application's ignores case.
 */
export function renameNocase(db: Database.Database, name = 'unicase'): void {
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.prepare(`UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', ?)`).run(name)
  db.pragma('writable_schema = OFF')
}
