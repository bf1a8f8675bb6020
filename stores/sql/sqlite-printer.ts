/** A script in SQL of SQLite. */
import type { ManifestTable } from '../../model/files/manifest.ts'
import { escapeControls } from '../../model/name-text.ts'
import type { FileAbout, SqliteCell } from '../files/writer.ts'
import { quote } from '../sqlite/quote.ts'
import { sqliteLiteral } from './literal.ts'
import type { Printer, SqlParts } from './write.ts'

/** Rows of one INSERT: more take SQLite's memory, and no less time. */
const TOGETHER = 100
/** Characters after which an INSERT ends, whatever rows it has. */
const LONG = 256 * 1024

export class SqlitePrinter implements Printer {
  readonly #parts: SqlParts
  #insert = ''

  constructor(parts: SqlParts) {
    this.#parts = parts
  }

  head({ title, takenAt, run }: FileAbout): string {
    return `-- ${escapeControls(`${title}, as of ${takenAt}; run ${run}`)}
-- sqlite3 NEW.db < this file
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
`
  }

  table({ name, sql, columns }: ManifestTable): string {
    const names = columns.map(column => quote(column.name)).join(', ')
    this.#insert = `INSERT INTO ${quote(name)} (${names}) VALUES`
    return `${statement(sql)}\n`
  }

  rows(rows: readonly (readonly SqliteCell[])[]): string {
    let out = ''
    let waiting: string[] = []
    let length = 0
    const flush = () => {
      if (waiting.length > 0) out += `${this.#insert}\n${waiting.join(',\n')};\n`
      waiting = []
      length = 0
    }
    for (const row of rows) {
      const values = `(${row.map(sqliteLiteral).join(',')})`
      waiting.push(values)
      length += values.length
      if (waiting.length >= TOGETHER || length > LONG) flush()
    }
    flush()
    return out
  }

  endTable(): string {
    return ''
  }

  foot(): string {
    const sequences = Object.entries(this.#parts.sequences).map(
      ([table, last]) =>
        `DELETE FROM sqlite_sequence WHERE name = ${sqliteLiteral(table)};\nINSERT INTO sqlite_sequence (name, seq) VALUES (${sqliteLiteral(table)}, ${last});\n`,
    )
    const after = this.#parts.after.map(sql => `${statement(sql)}\n`)
    return `${sequences.join('')}${after.join('')}COMMIT;\n`
  }
}

/** With a line of its own for the end: a definition may end in a comment. */
const statement = (sql: string): string => (/--[^\n]*$/.test(sql) ? `${sql}\n;` : `${sql};`)
