/** Are the pages of a database in order? */
import { statSync } from 'node:fs'
import { codeOf, damaged, damagedIndex, readingFailure, withoutValues } from './errors.ts'
import { type Connection, openSnapshot } from './open.ts'
import { quote } from './quote.ts'

export interface CheckProgress {
  /** Tables done, and all. */
  tables: number
  total: number
}

/** Rows that break a promise of the schema are no damage: they can be read. CHECKs sleep when read-only. */
const NO_DAMAGE = /^(?:NULL|TEXT|NUMERIC|non-\w+) value in /

/** What an index lacks or has too much; the number of a row is nobody's business. */
const OF_INDEX =
  /^(?:row \S+ (?:missing from|values differ from)|rowid not at end-of-record for row \S+ of|wrong # of entries in|non-unique entry in) index (.*)$/

/** Indexes are compared with their tables up to this size: 0.6 s for a million rows and three indexes (220 MB). */
const COMPARED_BYTES = 8 * 1024 ** 3

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
  const found = check(db, path, table)
  if (found instanceof Error) return [`table "${table}" could not be checked: ${withoutValues(found)}`]
  const remarks = found.filter(line => line !== 'ok')
  const index = remarks.map(line => OF_INDEX.exec(line)?.[1]).find(name => name !== undefined)
  if (index !== undefined) throw damagedIndex(path, table, index)
  const damage = remarks.find(line => !NO_DAMAGE.test(line))
  // Damage of pages comes as a headline in asterisks and lines below it.
  if (damage) throw damaged(path, `table "${table}": ${damage.replace(/^\*\*\*.*\n/, '').split('\n')[0]}`)
  return [...new Set(remarks)]
}

/** The lines of the thorough check, else of the quick one; the error where an expression stops both. */
function check(db: Connection, path: string, table: string): string[] | Error {
  const compares = statSync(path).size <= COMPARED_BYTES
  const lines = compares ? linesOf(db, path, table, 'integrity_check') : undefined
  // A collation of the application that SQLite alone does not have stops the thorough one only.
  return Array.isArray(lines) ? lines : linesOf(db, path, table, 'quick_check')
}

function linesOf(
  db: Connection,
  path: string,
  table: string,
  pragma: 'integrity_check' | 'quick_check',
): string[] | Error {
  try {
    return db
      .prepare<[], string>(`PRAGMA main.${pragma}(${quote(table)})`)
      .pluck()
      .all()
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_CORRUPT')) throw damaged(path, `table "${table}"`, error)
    if (!codeOf(error).startsWith('SQLITE_ERROR')) throw error
    return error as Error
  }
}
