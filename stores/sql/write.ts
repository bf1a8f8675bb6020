/** Writes SQL that makes a database anew: `sqlite3 new.db < file.sql`, or `psql -f`. */
import { Failure } from '../../model/failure.ts'
import type { ManifestTable } from '../../model/files/manifest.ts'
import type { FileOptions } from '../../model/files/options.ts'
import type { Plan } from '../../model/plan.ts'
import { NewFile } from '../files/new-file.ts'
import type { FileAbout, FileWriter } from '../files/writer.ts'
import { PostgresPrinter } from './postgres-printer.ts'
import { SqlitePrinter } from './sqlite-printer.ts'

/** What a script has besides tables and their rows. */
export interface SqlParts {
  /** `CREATE INDEX`, `CREATE VIEW`, `CREATE TRIGGER` of SQLite in the order in which they can be made. */
  after: readonly string[]
  /** Last numbers that AUTOINCREMENT gave out, by table, as decimal texts. */
  sequences: Readonly<Record<string, string>>
  /** The plan for a new database of PostgreSQL; absent: the script is for SQLite. */
  postgres?: Plan
}

/** Gives the pieces of a script. */
export interface Printer {
  head(about: FileAbout): string
  table(table: ManifestTable): string
  rows(rows: Parameters<FileWriter['rows']>[0]): string
  endTable(): string
  foot(): string
}

/** Bytes that are gathered before they are written. */
const ENOUGH = 1024 * 1024

/** A writer of one script. */
export function openSqlWriter(
  path: string,
  options: FileOptions,
  about: FileAbout,
  parts: SqlParts = { after: [], sequences: {} },
): FileWriter {
  const { postgres } = parts
  if (options.dialect === 'postgres' && !postgres) throw withoutPlan(path)
  return new SqlWriter(path, postgres ? new PostgresPrinter(postgres) : new SqlitePrinter(parts), about)
}

const withoutPlan = (path: string) =>
  new Failure({ code: 'internal', object: path, message: 'there is no plan for the types of PostgreSQL' })

class SqlWriter implements FileWriter {
  readonly #file: NewFile
  readonly #printer: Printer
  #waiting: string
  #inTable = false

  constructor(path: string, printer: Printer, about: FileAbout) {
    this.#printer = printer
    this.#waiting = printer.head(about)
    this.#file = new NewFile(path)
  }

  async table(table: ManifestTable): Promise<void> {
    this.#endTable()
    this.#inTable = true
    this.#put(this.#printer.table(table))
  }

  async rows(rows: Parameters<FileWriter['rows']>[0]): Promise<void> {
    this.#put(this.#printer.rows(rows))
  }

  async end() {
    this.#endTable()
    this.#put(this.#printer.foot())
    this.#flush()
    return this.#file.end()
  }

  async abort(): Promise<void> {
    this.#file.abort()
  }

  #endTable(): void {
    if (this.#inTable) this.#put(this.#printer.endTable())
    this.#inTable = false
  }

  #put(sql: string): void {
    this.#waiting += sql
    if (this.#waiting.length > ENOUGH) this.#flush()
  }

  #flush(): void {
    this.#file.write(Buffer.from(this.#waiting, 'utf8'))
    this.#waiting = ''
  }
}
