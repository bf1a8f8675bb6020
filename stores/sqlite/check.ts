/** Are the pages of a database in order? */
import { statSync } from 'node:fs'
import { codeOf, damaged, readingFailure, withoutValues } from './errors.ts'
import { type Connection, openSnapshot } from './open.ts'
import { quote } from './quote.ts'

export interface CheckProgress {
  /** Tables done, and all. */
  tables: number
  total: number
}

/** Rows that break a promise of the schema are no damage: they can be read. CHECKs sleep when read-only. */
const NO_DAMAGE = /^(?:NULL|TEXT|NUMERIC|non-\w+) value in /

/**
 * Reads every page of every table of a snapshot. Throws `Failure('source')` that names the damage; returns
 * what does not stop a run, without any value: rows that break NOT NULL or a STRICT type, tables that could
 * not be checked.
 */
export async function checkFile(
  path: string,
  progress: (detail: CheckProgress) => void,
  signal?: AbortSignal,
): Promise<string[]> {
  const db = openSnapshot(path)
  try {
    refuseTruncated(db, path)
    const tables = tablesOf(db)
    const remarks: string[] = []
    for (const [i, table] of tables.entries()) {
      remarks.push(...checkTable(db, path, table))
      progress({ tables: i + 1, total: tables.length })
      // A cancellation is heard between tables.
      await new Promise(setImmediate)
      signal?.throwIfAborted()
    }
    return remarks
  } catch (error) {
    throw readingFailure(path, error)
  } finally {
    db.close()
  }
}

function refuseTruncated(db: Connection, path: string): void {
  const size = Number(db.pragma('page_size', { simple: true }))
  const pages = Number(db.pragma('page_count', { simple: true }))
  if (statSync(path).size < pages * size) {
    throw damaged(path, `it should have ${pages} pages of ${size} bytes, and is shorter`)
  }
}

function tablesOf(db: Connection): string[] {
  return db
    .prepare<[], string>(`
      SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name`)
    .pluck()
    .all()
}

function checkTable(db: Connection, path: string, table: string): string[] {
  let found: string[]
  try {
    found = db
      .prepare<[], string>(`PRAGMA main.quick_check(${quote(table)})`)
      .pluck()
      .all()
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_CORRUPT')) throw damaged(path, `table "${table}"`, error)
    if (codeOf(error) !== 'SQLITE_ERROR') throw error
    // A function or collation of the application that SQLite alone does not have.
    return [`table "${table}" could not be checked: ${withoutValues(error as Error)}`]
  }
  const remarks = found.filter(line => line !== 'ok')
  const damage = remarks.find(line => !NO_DAMAGE.test(line))
  // Damage of pages comes as a headline in asterisks and lines below it.
  if (damage) throw damaged(path, `table "${table}": ${damage.replace(/^\*\*\*.*\n/, '').split('\n')[0]}`)
  return [...new Set(remarks)]
}
