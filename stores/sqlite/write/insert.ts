/** Rows into a table of the file, several with each statement. */
import type { Statement } from 'better-sqlite3'
import type { TablePlan } from '../../../model/plan.ts'
import type { Connection } from '../open.ts'
import { quote } from '../quote.ts'
import type { Bound } from './bind.ts'

/** Rows of one statement: a call costs as much as many cells. */
const ROWS = 8
/** SQLite takes no more parameters. */
const MOST_PARAMETERS = 32_766

/** What is bound; columns that the target computes are not among them. */
export class RowInserter {
  readonly #db: Connection
  readonly #table: TablePlan
  /** Positions of the columns that are written. */
  readonly columns: readonly number[]
  readonly #many: Statement<unknown[]>
  readonly #one: Statement<unknown[]>
  /** Cells of the rows that wait for the statement. */
  #cells: (Bound | null)[] = []
  readonly #full: number

  constructor(db: Connection, table: TablePlan) {
    this.#db = db
    this.#table = table
    this.columns = table.columns.flatMap(({ generated }, at) => (generated === undefined ? [at] : []))
    const width = this.columns.length
    const rows = Math.max(1, Math.min(ROWS, Math.floor(MOST_PARAMETERS / width)))
    this.#full = rows * width
    this.#many = db.prepare(insertSql(table, this.columns, rows))
    this.#one = db.prepare(insertSql(table, this.columns, 1))
  }

  /** The next cell of the row at hand. */
  cell(value: Bound | null): void {
    this.#cells.push(value)
  }

  /** The row is whole. */
  end(): void {
    if (this.#cells.length < this.#full) return
    this.#many.run(this.#cells)
    this.#cells = []
  }

  /** Writes what waits: views of bytes are good no longer. */
  flush(): void {
    const width = this.columns.length
    for (let at = 0; at < this.#cells.length; at += width) this.#one.run(this.#cells.slice(at, at + width))
    this.#cells = []
  }

  /** One row with texts of many megabytes, as bytes: as strings they would be held several times over. */
  large(cells: readonly (Bound | null)[], asBytes: ReadonlySet<number>): void {
    this.#db.prepare(insertSql(this.#table, this.columns, 1, asBytes)).run(cells)
  }
}

/** @param texts positions of columns whose texts are bound as bytes */
function insertSql(
  { target, columns }: TablePlan,
  written: readonly number[],
  rows: number,
  texts: ReadonlySet<number> = new Set(),
): string {
  if (written.length === 0) return `INSERT INTO ${quote(target.name)} DEFAULT VALUES`
  const names = written.map(at => quote(columns[at]!.target)).join(', ')
  const row = `(${written.map(at => (texts.has(at) ? 'CAST(? AS TEXT)' : '?')).join(', ')})`
  return `INSERT INTO ${quote(target.name)} (${names}) VALUES ${Array(rows).fill(row).join(', ')}`
}
