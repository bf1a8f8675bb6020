/** Are the pages of a database in order? */
import { statSync } from 'node:fs'
import { compareIndexes } from './check-indexes.ts'
import { accessByNumber, indexesToCheck } from './check-list.ts'
import { codeOf, damaged, damagedIndex, readingFailure, withoutValues } from './errors.ts'
import { type Connection, openSnapshot } from './open.ts'
import { layoutOf } from './pages/raw-table.ts'
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

/** SQLite compares indexes with their tables up to this size: 0.6 s for a million rows and three indexes (220 MB). */
const COMPARED_BYTES = 8 * 1024 ** 3

/**
 * With so many tables in so few bytes they are looked at together first, in 0.2 s at most: SQLite goes through its list of all tables
 * for each one that is named (39 s for 10,000).
 */
const MANY_TABLES = 500
const FEW_BYTES = 256 * 1024 ** 2

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
    const sound = tables.length > MANY_TABLES && statSync(path).size <= FEW_BYTES && isSound(db)
    for (const [i, table] of tables.entries()) {
      remarks.push(...(await checkTable(db, path, { table, sound }, signal)))
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

/** Whether SQLite's quick check of the whole file has nothing to say. */
function isSound(db: Connection): boolean {
  try {
    return db.pragma('quick_check(1)', { simple: true }) === 'ok'
  } catch {
    // Whatever it is, the check of one table after the other names it.
    return false
  }
}

async function checkTable(
  db: Connection,
  path: string,
  { table, sound }: { table: string; sound: boolean },
  signal?: AbortSignal,
): Promise<string[]> {
  const { plain, others } = indexesToCheck(db, table)
  const thorough = others ? thoroughLines(db, path, table) : undefined
  const lines = thorough ?? (sound ? [] : linesOf(db, path, table, 'quick_check'))
  if (lines instanceof Error) return [`table "${table}" could not be checked: ${withoutValues(lines)}`]
  const remarks = remarksIn(lines, path, table)
  if (thorough || plain.length === 0) return remarks
  const layout = layoutOf(db, { name: table, access: accessByNumber(db, table) })
  if (layout) await compareIndexes(db, layout, plain, signal)
  else remarksIn(thoroughLines(db, path, table) ?? [], path, table)
  return remarks
}

/** What a run can live with; throws `Failure('source')` for what it cannot. */
function remarksIn(lines: string[], path: string, table: string): string[] {
  const remarks = lines.filter(line => line !== 'ok')
  const index = remarks.map(line => OF_INDEX.exec(line)?.[1]).find(name => name !== undefined)
  if (index !== undefined) throw damagedIndex(path, table, index)
  const damage = remarks.find(line => !NO_DAMAGE.test(line))
  // Damage of pages comes as a headline in asterisks and lines below it.
  if (damage) throw damaged(path, `table "${table}": ${damage.replace(/^\*\*\*.*\n/, '').split('\n')[0]}`)
  return [...new Set(remarks)]
}

/** SQLite's own comparison of indexes; undefined where the file is too large or an expression stops it. */
function thoroughLines(db: Connection, path: string, table: string): string[] | undefined {
  if (statSync(path).size > COMPARED_BYTES) return undefined
  const lines = linesOf(db, path, table, 'integrity_check')
  // A collation of the application that SQLite alone does not have stops the thorough one only.
  return Array.isArray(lines) ? lines : undefined
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
