/** Expressions of a source's schema, evaluated by SQLite over values that its columns hold, and some more. */
import Database from 'better-sqlite3'
import type { Table } from '../../model/schema.ts'
import { withoutQuotedTexts } from '../../model/sqlite-sql/quoted-texts.ts'
import { affinityOf } from '../../model/translate/affinity.ts'
import type { Cell } from '../../model/types.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** A value as SQLite gives it, with its storage class; `error` where it refuses the expression for this row. */
export interface Evaluated {
  class: 'null' | 'integer' | 'real' | 'text' | 'blob' | 'error'
  value: Cell
}

/** `declared`: the type of the generated column that the expression fills. */
interface Asked {
  source: string
  condition: boolean
  declared?: string
}

/**
 * Rows of cells in a table whose columns have the affinities and collations of the source's own, so that these are at
 * work. For many expressions over the same rows.
 */
export class Bench {
  readonly #table: Table
  readonly #columns: readonly string[]
  readonly #rows: readonly Cell[][]
  /** All rows at once, with their numbers beside them. */
  readonly #all: Connection | undefined

  constructor(table: Table, columns: readonly string[], rows: readonly Cell[][]) {
    this.#table = table
    this.#columns = columns
    this.#rows = rows
    this.#all = withAll(table, columns, rows)
  }

  close(): void {
    this.#all?.close()
  }

  /**
   * What the expression gives for each row; as a condition 1, 0 or NULL. Undefined where this SQLite does not know what
   * it names (functions or collations of an application).
   */
  evaluate(asked: Asked): Evaluated[] | undefined {
    const source = withoutQuotedTexts(asked.source, [this.#table.name, ...this.#columns])
    if (!this.#all || asked.declared !== undefined) return this.#oneByOne({ ...asked, source })
    try {
      return this.#all
        .prepare<[], [Evaluated['class'], Cell]>(
          `SELECT typeof(v), v FROM (SELECT ${termOf({ ...asked, source })} AS v, ${NUMBER} AS n FROM ${quote(this.#table.name)}) ORDER BY n`,
        )
        .raw()
        .safeIntegers()
        .all()
        .map(([found, value]) => ({ class: found, value }))
    } catch {
      // One row spoils the whole statement.
      return this.#oneByOne({ ...asked, source })
    }
  }

  #oneByOne(asked: Asked): Evaluated[] | undefined {
    const db = new Database(':memory:')
    try {
      const give = ofRow(db, this.#table, this.#columns, asked)
      return this.#rows.map(give)
    } catch {
      return undefined
    } finally {
      db.close()
    }
  }
}

/** Undefined where rows cannot be told by a number of our own, or not all of them can be there together. */
function withAll(table: Table, columns: readonly string[], rows: readonly Cell[][]): Connection | undefined {
  const db = new Database(':memory:')
  try {
    db.exec(`CREATE TABLE ${quote(table.name)} (${declarations(table, columns)}, ${NUMBER})`)
    const insert = db.prepare(`INSERT INTO ${quote(table.name)} VALUES (${placesFor(columns)}, ?)`)
    db.transaction(() => {
      for (const [n, row] of rows.entries()) insert.run(...row, n)
    })()
    return db
  } catch {
    db.close()
    return undefined
  }
}

/** Evaluates in a table of one row at a time; throws where the expression cannot be prepared. */
function ofRow(
  db: Connection,
  table: Table,
  columns: readonly string[],
  asked: Asked,
): (row: readonly Cell[]) => Evaluated {
  const name = quote(table.name)
  const { source, declared } = asked
  const result = declared === undefined ? '' : `, ${RESULT} ${affinityOf(declared)} AS (${source})`
  db.exec(`CREATE TABLE ${name} (${declarations(table, columns)}${result})`)
  const empty = db.prepare(`DELETE FROM ${name}`)
  const insert = db.prepare(`INSERT INTO ${name} VALUES (${placesFor(columns)})`)
  const select = db
    .prepare<[], [Evaluated['class'], Cell]>(
      `SELECT typeof(v), v FROM (SELECT ${result ? RESULT : termOf(asked)} AS v FROM ${name})`,
    )
    .raw()
    .safeIntegers()
  return row => {
    try {
      empty.run()
      insert.run(...row)
      const [found, value] = select.get()!
      return { class: found, value }
    } catch {
      return { class: 'error', value: null }
    }
  }
}

const termOf = ({ source, condition }: Asked) =>
  condition ? `CASE WHEN (${source}) THEN 1 WHEN NOT (${source}) THEN 0 END` : `(${source})`

const placesFor = (columns: readonly string[]) => columns.map(() => '?').join(', ') || 'NULL'

const NUMBER = '"longhaul number"'
/** No table has a column of this name. */
const RESULT = '"longhaul result"'

function declarations(table: Table, columns: readonly string[]): string {
  if (columns.length === 0) return '"nothing"'
  return columns.map(name => declaration(table, name)).join(', ')
}

/** Types may be declared in any words: of all of them only the affinity counts. */
function declaration({ columns, primaryKey, strict }: Table, name: string): string {
  const { declared, collation } = columns.find(column => column.name === name)!
  // The name `rowid` means this column then.
  if (primaryKey?.rowid && primaryKey.columns[0] === name) return `${quote(name)} INTEGER PRIMARY KEY`
  return `${quote(name)} ${affinityOf(declared, strict)}${collation ? ` COLLATE ${quote(collation)}` : ''}`
}
