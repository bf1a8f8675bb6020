/** Expressions of a source's schema, evaluated by SQLite over values that its columns hold, and some more. */
import Database from 'better-sqlite3'
import type { Table } from '../../model/schema.ts'
import type { Cell } from '../../model/types.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** Combinations of a table's values that are tried, and how many rows at either end are looked through for them. */
const COMBINATIONS = 200
const LOOKED_THROUGH = 5_000

/** Different combinations of the columns' values among the first and the last rows. */
export function sampleValues(db: Connection, table: Table, columns: readonly string[]): Cell[][] {
  if (columns.length === 0) return [[]]
  // Named anew: SQLite gives a column named "true" another name in what is read from a subquery.
  const inner = columns.map((name, i) => `${quote(name)} AS c${i}`).join(', ')
  const list = columns.map((_, i) => `c${i}`).join(', ')
  const ends = table.access.by === 'rowid' ? ['ASC', 'DESC'] : ['']
  const found = ends.flatMap(direction => {
    const order = direction ? `ORDER BY ${quote((table.access as { name: string }).name)} ${direction}` : ''
    return db
      .prepare<[], Cell[]>(`
        SELECT DISTINCT ${list} FROM (SELECT ${inner} FROM ${quote(table.name)} ${order} LIMIT ${LOOKED_THROUGH})
         LIMIT ${COMBINATIONS}`)
      .raw()
      .safeIntegers()
      .all()
  })
  return found
}

/** A value as SQLite gives it, with its storage class; `error` where it refuses the expression for this row. */
export interface Evaluated {
  class: 'null' | 'integer' | 'real' | 'text' | 'blob' | 'error'
  value: Cell
}

/**
 * What the expression gives for each row of cells. The columns are declared as the table declares them, so that
 * affinity and collation are at work; with `declared` so is that of the generated column that the expression fills.
 * As a condition it gives 1, 0 or NULL.
 */
export function evaluate(
  table: Table,
  columns: readonly string[],
  rows: readonly Cell[][],
  { source, condition, declared }: { source: string; condition: boolean; declared?: string },
): Evaluated[] {
  const db = new Database(':memory:')
  try {
    const own = declared === undefined ? '' : `, ${RESULT} ${declared} AS (${source})`
    db.exec(`CREATE TABLE ${quote(table.name)} (${declarations(table, columns)}${own})`)
    const places = columns.map(() => '?').join(', ')
    const insert = db.prepare(
      columns.length === 0
        ? `INSERT INTO ${quote(table.name)} VALUES (NULL)`
        : `INSERT INTO ${quote(table.name)} VALUES (${places})`,
    )
    const term = condition
      ? `CASE WHEN (${source}) THEN 1 WHEN NOT (${source}) THEN 0 END`
      : own
        ? RESULT
        : `(${source})`
    const select = db
      .prepare<[], [Evaluated['class'], Cell]>(
        `SELECT typeof(v), v FROM (SELECT ${term} AS v FROM ${quote(table.name)})`,
      )
      .raw()
      .safeIntegers()
    return rows.map(row => {
      db.exec(`DELETE FROM ${quote(table.name)}`)
      insert.run(...row)
      try {
        const [found, value] = select.get()!
        return { class: found, value }
      } catch {
        return { class: 'error', value: null }
      }
    })
  } finally {
    db.close()
  }
}

/** No table has a column of this name. */
const RESULT = '"longhaul result"'

function declarations(table: Table, columns: readonly string[]): string {
  if (columns.length === 0) return '"nothing"'
  return columns
    .map(name => {
      const column = table.columns.find(c => c.name === name)!
      // In a STRICT table ANY keeps values as they are; elsewhere it would make numbers of texts.
      const declared = table.strict && column.declared.toUpperCase() === 'ANY' ? '' : column.declared
      return `${quote(name)} ${declared}${column.collation ? ` COLLATE ${quote(column.collation)}` : ''}`
    })
    .join(', ')
}
