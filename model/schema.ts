/**
 * The schema of an endpoint as its store describes it, in neutral words. Expressions and SQL texts stay in
 * the dialect of that store until the planner translates them.
 */
export interface Schema {
  /** Engine and version, as in `SQLite 3.45.1`. */
  engine: string
  /** Text encoding, as in `UTF-8`. */
  encoding: string
  tables: Table[]
  /** What is there besides tables and their parts: none may vanish without a finding. */
  others: OtherObject[]
}

export interface Table {
  name: string
  columns: Column[]
  primaryKey?: PrimaryKey
  uniques: Unique[]
  indexes: Index[]
  foreignKeys: ForeignKey[]
  checks: Check[]
  /** What its constraints do where a row breaks them, besides ABORT, which is the usual: `REPLACE`, `IGNORE` … */
  onConflict?: string[]
  strict: boolean
  /** How rows can be read in ranges. */
  access: Access
  /** Last number that AUTOINCREMENT gave out (`sqlite_sequence`), as decimal text. */
  sequence?: string
  /** The definition as the source keeps it. */
  sql: string
  /** Set for a virtual table that is copied as a table. */
  virtual?: VirtualTable
}

/**
 * `fts5`: full-text search (FTS3 and FTS4 as well) over `columns` (`rowid` stands before them among the table's columns) · `rtree`: boxes,
 * `bounds` in pairs of least and greatest.
 */
export type VirtualTable = { module: 'fts5'; columns: string[] } | { module: 'rtree'; bounds: string[] }

/**
 * `rowid`: by a hidden or aliased row number under `name`; `key`: by these columns; `ctid`: by the blocks of the table
 * (PostgreSQL); `whole`: neither.
 */
export type Access =
  | { by: 'rowid'; name: string }
  | { by: 'key'; columns: string[] }
  | { by: 'ctid' }
  | { by: 'whole' }

export interface Column {
  name: string
  /** The declared type exactly as written; empty where there is none. */
  declared: string
  notNull: boolean
  /** Default as SQL text of the source's dialect. */
  default?: string
  generated?: { expression: string; stored: boolean }
  /** A collation other than the engine's byte order. */
  collation?: string
}

export interface PrimaryKey {
  columns: string[]
  name?: string
  /** The column is the row number itself (`INTEGER PRIMARY KEY`). */
  rowid: boolean
  autoIncrement: boolean
  /** As in `Unique`. */
  collations?: (string | null)[]
}

export interface Unique {
  name?: string
  columns: string[]
  /** Collations of the parts where they differ from their columns' own; absent where none does. */
  collations?: (string | null)[]
}

export interface Index {
  name: string
  unique: boolean
  parts: IndexPart[]
  /** The condition of a partial index, as SQL text of the source. */
  where?: string
  sql: string
}

export interface IndexPart {
  /** Absent where the part is an expression. */
  column?: string
  expression?: string
  descending: boolean
  collation?: string
}

export type ReferentialAction = 'NO ACTION' | 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT'

export interface ForeignKey {
  name?: string
  columns: string[]
  table: string
  /** The columns referred to; the parent's primary key where the source leaves them out. */
  references: string[]
  onUpdate: ReferentialAction
  onDelete: ReferentialAction
  /** `DEFERRABLE INITIALLY DEFERRED`. */
  deferred: boolean
}

export interface Check {
  name?: string
  expression: string
}

export interface OtherObject {
  kind: 'view' | 'trigger' | 'virtual table' | 'shadow table'
  name: string
  /** The table a trigger stands on. */
  table?: string
  sql: string
}
