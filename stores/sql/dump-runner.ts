/** Runs what a dump of SQLite has, and nothing else. */
import { foldName } from '../../model/sqlite-sql/names.ts'
import { type Token, tokenize } from '../../model/sqlite-sql/tokens.ts'
import type { Connection } from '../sqlite/open.ts'
import { quote } from '../sqlite/quote.ts'

/** Why a statement is not run. */
export interface Meant {
  message: string
  remedy: string
}

/** Characters in which a statement says what it is. */
const HEAD = 4000
const SCHEMA = new Set(['sqlite_schema', 'sqlite_master'])

export class DumpRunner {
  /** A transaction of the dump's is open. */
  isOpen = false
  readonly #db: Connection
  /** Folded names of tables that are not the dump's. */
  readonly #ours: ReadonlySet<string>

  /** Names of tables that the dump has made. */
  readonly #made: string[] = []

  constructor(db: Connection) {
    this.#db = db
    const names = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE name LIKE 'longhaul%'`).pluck()
    this.#ours = new Set(names.all().map(foldName))
  }

  /** Gives the reason where a statement is not run. Throws what SQLite throws. */
  run(sql: string): Meant | undefined {
    const insert = INSERT.exec(sql)
    if (insert) return this.#insert(sql, nameIn(insert[1]!))
    const head = tokenize(sql.slice(0, HEAD))
    switch (wordOf(head, 0)) {
      case 'BEGIN':
        this.isOpen = true
        return undefined
      case 'COMMIT':
      case 'END':
        this.isOpen = false
        return undefined
      case 'ROLLBACK':
        return WITH_ERRORS
      case 'PRAGMA':
        return HARMLESS.has(wordOf(head, 1)) ? undefined : refused(`PRAGMA ${wordOf(head, 1).toLowerCase()}`)
      case 'ANALYZE':
        return undefined
      case 'DELETE':
        return foldName(head[2]?.value ?? '') === 'sqlite_sequence' ? this.#countAnew() : refused('DELETE')
      case 'CREATE':
        return this.#create(sql, head)
      default:
        return refused(wordOf(head, 0))
    }
  }

  /** Shadow tables are as closed as before. */
  close(): void {
    this.#db.unsafeMode(false)
  }

  #insert(sql: string, table: string): Meant | undefined {
    if (SCHEMA.has(table)) return this.#virtual(sql)
    // Statistics are made anew.
    if (table.startsWith('sqlite_stat')) return undefined
    if (this.#ours.has(table)) return taken(table)
    this.#db.exec(sql)
    return undefined
  }

  #create(sql: string, head: readonly Token[]): Meant | undefined {
    const words = head.slice(1, 3).map((_, i) => wordOf(head, i + 1))
    const kind = words[0] === 'UNIQUE' ? words[1]! : words[0]!
    if (!MADE.has(kind)) return refused(`CREATE ${kind}`)
    const named = head
      .slice(2)
      .find(({ kind, value }) => kind !== 'word' || !NOT_NAMES.has(value.toUpperCase()))
    const name = foldName(named?.value ?? '')
    if (this.#ours.has(name)) return taken(name)
    this.#db.exec(sql)
    if (kind === 'TABLE') this.#made.push(name)
    return undefined
  }

  /** What the rows have counted so far; of the dump's own tables. */
  #countAnew(): undefined {
    const forget = this.#db.prepare('DELETE FROM sqlite_sequence WHERE name = ? COLLATE NOCASE')
    for (const name of this.#made) forget.run(name)
  }

  /**
   * A dump writes virtual tables into the schema by force. Here they are made as usual, and what that puts into their shadow tables goes, as
   * the dump has its own rows for them.
   */
  #virtual(sql: string): Meant | undefined {
    const text =
      tokenize(sql)
        .filter(({ kind }) => kind === 'string')
        .at(-1)?.value ?? ''
    const words = tokenize(text.slice(0, HEAD))
    if (wordOf(words, 0) !== 'CREATE' || wordOf(words, 1) !== 'VIRTUAL')
      return refused('INSERT INTO sqlite_schema')
    // Else nobody but a virtual table writes its shadows.
    this.#db.unsafeMode(true)
    const shadows = () =>
      this.#db.prepare<[], string>(`SELECT name FROM pragma_table_list WHERE type = 'shadow'`).pluck().all()
    const before = new Set(shadows())
    this.#db.exec(text)
    for (const name of shadows()) if (!before.has(name)) this.#db.exec(`DELETE FROM ${quote(name)}`)
    return undefined
  }
}

const INSERT =
  /^INSERT\s+INTO\s+("(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[^\s("'`[.]+)\s*(?=[\s("'V])/i

const nameIn = (written: string): string => foldName(tokenize(written)[0]!.value)

const wordOf = (tokens: readonly Token[], at: number): string => {
  const token = tokens[at]
  return token?.kind === 'word' ? token.value.toUpperCase() : ''
}

const MADE = new Set(['TABLE', 'VIRTUAL', 'INDEX', 'VIEW', 'TRIGGER'])
const NOT_NAMES = new Set(['TABLE', 'VIRTUAL', 'INDEX', 'VIEW', 'TRIGGER', 'IF', 'NOT', 'EXISTS'])
/** What they say holds for the session that loads a dump. */
const HARMLESS = new Set(['FOREIGN_KEYS', 'DEFER_FOREIGN_KEYS', 'WRITABLE_SCHEMA'])

const refused = (what: string): Meant => ({
  message: `${what || 'this'} is no statement that a dump has, and is not run`,
  remedy: 'Make the dump with "sqlite3 FILE .dump"; of any other script, name the database that it makes',
})

const WITH_ERRORS: Meant = {
  message: 'the dump ends in ROLLBACK: the database was damaged when it was made',
  remedy: 'Mend it with "sqlite3 FILE .recover | sqlite3 NEW.db", and read sqlite:NEW.db',
}

const taken = (name: string): Meant => ({
  message: `the table ${name} has the name of a record that longhaul keeps while it reads`,
  remedy: 'Leave the table out of the dump',
})
