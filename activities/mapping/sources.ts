/**
 * What the entries of a mapping read: each a table with row numbers. Those that are none in the stage (a query, a file, several
 * tables, elements of JSON) are laid down in the work file first, so that whoever goes on after a kill reads the very same rows.
 */
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import type { Statement } from 'better-sqlite3'
import { Failure } from '../../model/failure.ts'
import type { FileBatch, FileCell } from '../../model/files/batch.ts'
import type { FoundKind } from '../../model/files/found-type.ts'
import type { FileFormat } from '../../model/files/options.ts'
import type { MappedTable } from '../../model/mapping/mapping.ts'
import { ROW_NUMBERS, sameName } from '../../model/sqlite-sql/names.ts'
import { EXTENSIONS } from '../../stores/files/list.ts'
import { readFile } from '../../stores/files/open.ts'
import { describe } from '../../stores/sqlite/describe.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { stageTables } from '../../stores/stage/read.ts'
import { isOwnTable } from '../../stores/stage/schema.ts'

/** One that can be read. */
export interface Source {
  /** Quoted and qualified. */
  sql: string
  /** As users know it. */
  shown: string
  /** Of the stage, where it is one of its tables. */
  table?: string
  /** What the number of a row is called. */
  rowNumber: string
  /** Under which number a row is kept for those that go with it. */
  rowOfParent: string
  columns: string[]
  key: string[]
  /** Columns that tell two rows apart, where the stage says so. */
  primaryKey?: string[]
  found: (column: string) => FoundKind | undefined
  /** A column that says that the row has no elements, as its JSON cannot be read. */
  broken?: string
}

interface StageTable {
  name: string
  columns: string[]
  primaryKey?: string[]
  /** Absent of tables without row numbers. */
  rowNumber?: string
  found: Map<string, FoundKind>
  rows: number
}

/** The tables of a stage. */
export class Sources {
  readonly #db: Connection
  readonly #signal: AbortSignal
  readonly tables: StageTable[]
  readonly #made = new Map<string, Source | { problem: string }>()

  constructor(db: Connection, signal: AbortSignal) {
    this.#db = db
    this.#signal = signal
    const found = new Map(stageTables(db).map(table => [table.name, table]))
    this.tables = describe(db)
      .tables.filter(({ name }) => !isOwnTable(name) && found.has(name))
      .map(({ name, columns, primaryKey, access }) => {
        const names = columns.map(column => column.name)
        const rowNumber = ROW_NUMBERS.find(word => !names.some(column => sameName(column, word)))
        const { columns: kinds, rows } = found.get(name)!
        return {
          ...{ name, rows, columns: names, found: new Map(kinds.map(c => [c.name, c.found.kind])) },
          ...(primaryKey && { primaryKey: primaryKey.columns }),
          ...(access.by === 'rowid' && rowNumber !== undefined && { rowNumber }),
        }
      })
  }

  table(name: string): StageTable | undefined {
    return (
      this.tables.find(table => table.name === name) ?? this.tables.find(table => sameName(table.name, name))
    )
  }

  /** What the entry reads, or why nobody can. */
  async of(entry: MappedTable): Promise<Source | { problem: string }> {
    const name = JSON.stringify([entry.from, entry.each])
    const known = this.#made.get(name)
    if (known) return known
    const plain = await this.#plain(entry)
    const made = 'problem' in plain || entry.each === undefined ? plain : this.#elements(plain, entry.each)
    this.#made.set(name, made)
    return made
  }

  async #plain({ from }: MappedTable): Promise<Source | { problem: string }> {
    if ('select' in from) return this.#select(from.select)
    if ('file' in from) return this.fromFile(from.file)
    const [first, ...others] = from.tables.map(name => this.table(name))
    const lacking = from.tables.find(name => !this.table(name))
    if (lacking !== undefined || !first) return { problem: `the source has no table ${lacking}` }
    if (others.length === 0 && first.rowNumber !== undefined) return ofStage(first, first.rowNumber)
    const odd = others.find(other => other?.columns.join('\0') !== first.columns.join('\0'))
    if (odd) return { problem: `the tables ${first.name} and ${odd.name} have not the same columns` }
    const names = first.columns.map(quote).join(', ')
    const queries = from.tables.map(name => `SELECT ${names} FROM main.${quote(this.table(name)!.name)}`)
    const source = this.#keep(queries.join(' UNION ALL '), first.columns, from.tables.join(' + '))
    return { ...source, key: keyOf(first), found: column => first.found.get(column) }
  }

  #select(select: string): Source | { problem: string } {
    try {
      const statement = this.#db.prepare(select)
      if (!statement.reader || !statement.readonly) return { problem: 'this is no SELECT' }
      const columns = statement.columns().map(({ name }) => name)
      const twice = columns.find((name, i) => columns.findIndex(other => sameName(other, name)) < i)
      if (twice !== undefined) return { problem: `the query has two columns ${twice}` }
      return this.#keep(select.replace(/;\s*$/, ''), columns, 'a query')
    } catch (error) {
      if (error instanceof Failure) throw error
      // What SQLite says of a query names tables, columns and words of the query, and no values.
      return { problem: `SQLite cannot read the query: ${error instanceof Error ? error.message : 'no SQL'}` }
    }
  }

  /** The rows of a query, once. */
  #keep(query: string, columns: readonly string[], shown: string): Source {
    const name = this.#make(query, columns, insert => {
      this.#db.prepare(`${insert} ${query}`).run()
    })
    return kept(name, shown, columns)
  }

  /** A table of the work file, made in one transaction with its rows. */
  #make(of: string, columns: readonly string[], fill: (insert: string) => void): string {
    const name = `source ${of}`
    const there = this.#db.prepare('SELECT 1 FROM work.sqlite_schema WHERE name = ?').get(name)
    if (there) return name
    const names = columns.map(quote).join(', ')
    this.#db.transaction(() => {
      this.#db.exec(`CREATE TABLE work.${quote(name)} (${names})`)
      fill(`INSERT INTO work.${quote(name)} (${names})`)
    })()
    return name
  }

  /** All rows of a file beside the plan file. */
  async fromFile(path: string): Promise<Source | { problem: string }> {
    const format = formatOf(path)
    if (!format)
      return { problem: `${path} is none of the files that longhaul reads: CSV, JSON or a workbook` }
    if (!existsSync(path)) return { problem: `there is no file ${path}` }
    const name = `source ${path}`
    const shown = path.replace(/^.*[\\/]/, '')
    const there = this.#columnsOf(name)
    if (there.length > 0) return kept(name, shown, there)
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const problem = await this.#load(name, readFile(format, path, {}, undefined, this.#signal))
      this.#db.exec(problem === undefined ? 'COMMIT' : 'ROLLBACK')
      return problem === undefined
        ? kept(name, shown, this.#columnsOf(name))
        : { problem: `${path} ${problem}` }
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }

  /** Of a table of the work file; none where it is not there. */
  #columnsOf(name: string): string[] {
    return this.#db
      .prepare<[string], string>(`SELECT name FROM pragma_table_info(?, 'work') ORDER BY cid`)
      .pluck()
      .all(name)
  }

  /** Gives what is wrong with the file, where something is. */
  async #load(name: string, batches: AsyncIterable<FileBatch>): Promise<string | undefined> {
    let table: string | undefined
    let insert: Statement | undefined
    let known = 0
    for await (const batch of batches) {
      if (table !== undefined && table !== batch.table) return 'has several tables'
      if (batch.bad.length > 0) return `has a row that cannot be read, at ${batch.bad[0]!.place}`
      table = batch.table
      if (!insert || batch.columns.length > known) {
        const { columns } = batch
        if (!insert) this.#db.exec(`CREATE TABLE work.${quote(name)} (${columns.map(quote).join(', ')})`)
        // Columns that come later are NULL in the rows before.
        else
          for (const column of columns.slice(known))
            this.#db.exec(`ALTER TABLE work.${quote(name)} ADD COLUMN ${quote(column)}`)
        known = columns.length
        insert = this.#db.prepare(
          `INSERT INTO work.${quote(name)} VALUES (${columns.map(() => '?').join(', ')})`,
        )
      }
      for (const row of batch.rows) insert.run(row.map(bound))
    }
    return insert ? undefined : 'is empty'
  }

  /** A row for each element of the arrays in a column; what an element has is called `element.NAME`. */
  #elements(source: Source, column: string): Source | { problem: string } {
    if (!source.columns.includes(column)) return { problem: `the source has no column ${column}` }
    const cell = quote(column)
    const array = `CASE json_type(${cell}) WHEN 'array' THEN ${cell} ELSE json_array(json(${cell})) END`
    const elements = `json_each(CASE WHEN json_valid(${cell}) THEN ${array} ELSE '[]' END)`
    const keys = this.#db
      .prepare<[], string>(
        `SELECT DISTINCT k.key FROM ${source.sql} s, ${elements} e, json_each(e.value) k WHERE e.type = 'object' ORDER BY 1`,
      )
      .pluck()
      .all()
    const inner = keys.map(key => `CASE e.type WHEN 'object' THEN json_extract(e.value, ${path(key)}) END`)
    const own = source.columns.map(name => `s.${quote(name)}`)
    const row = `s.${quote(source.rowNumber)}`
    const value = `CASE WHEN e.type <> 'object' THEN e.value END`
    const good = `SELECT ${[row, '0', ...own, value, ...inner].join(', ')} FROM ${source.sql} s, ${elements} e`
    const nulls = ['element', ...keys].map(() => 'NULL')
    const bad = `SELECT ${[row, '1', ...own, ...nulls].join(', ')} FROM ${source.sql} s WHERE NOT json_valid(${cell})`
    const columns = [...source.columns, 'element', ...keys.map(key => `element.${key}`)]
    const made = this.#keep(
      `${good} UNION ALL ${bad}`,
      [ROW, BROKEN, ...columns],
      `${source.shown}.${column}`,
    )
    // Where all elements are objects nobody has to say what becomes of those that are none.
    const plain = this.#db.prepare(`SELECT 1 FROM ${made.sql} WHERE element IS NOT NULL LIMIT 1`).get()
    return {
      ...made,
      rowOfParent: ROW,
      columns: plain ? columns : columns.filter(name => name !== 'element'),
      key: source.key,
      found: name => source.found(name),
      broken: BROKEN,
    }
  }
}

const ROW = 'longhaul row'
const BROKEN = 'longhaul broken'

const path = (key: string) => `'$.${JSON.stringify(key).replaceAll("'", "''")}'`

const keyOf = ({ primaryKey, columns }: StageTable) => primaryKey ?? columns.slice(0, 1)

function ofStage(table: StageTable, rowNumber: string): Source {
  const { name, columns, primaryKey, found } = table
  return {
    ...{ sql: `main.${quote(name)}`, shown: name, table: name, rowNumber, rowOfParent: rowNumber, columns },
    key: keyOf(table),
    ...(primaryKey && { primaryKey }),
    found: column => found.get(column),
  }
}

function kept(name: string, shown: string, columns: readonly string[]): Source {
  const rowNumber = ROW_NUMBERS.find(word => !columns.some(column => sameName(column, word)))!
  return {
    ...{ sql: `work.${quote(name)}`, shown, rowNumber, rowOfParent: rowNumber, columns: [...columns] },
    key: columns.slice(0, 1),
    found: () => undefined,
  }
}

function formatOf(file: string): FileFormat | undefined {
  const extension = extname(file).toLowerCase()
  return (['csv', 'json', 'jsonl', 'xlsx'] as const).find(format => EXTENSIONS[format].includes(extension))
}

function bound(cell: FileCell): null | number | bigint | string | Uint8Array {
  if (typeof cell === 'boolean') return cell ? 1n : 0n
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? BigInt(cell) : cell
  if (typeof cell === 'object' && cell !== null && !(cell instanceof Uint8Array)) return cell.json
  return cell
}
