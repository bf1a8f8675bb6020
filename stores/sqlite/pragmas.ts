/** The rows of SQLite's PRAGMAs about one schema, as sqlite.org/pragma.html has them. */
import type { Connection } from './open.ts'
import { prepared } from './prepared.ts'

export interface ListedTable {
  name: string
  type: 'table' | 'view' | 'shadow' | 'virtual'
  /** 1 for WITHOUT ROWID. */
  wr: number
  strict: number
}

export interface ListedColumn {
  name: string
  type: string
  notnull: number
  dflt_value: string | null
  /** Place in the primary key from 1, or 0. */
  pk: number
  /** 0 ordinary, 1 hidden, 2 virtual generated, 3 stored generated. */
  hidden: number
}

export interface ListedIndex {
  name: string
  unique: number
  origin: 'c' | 'u' | 'pk'
}

export interface ListedPart {
  /** −1 is the rowid, −2 an expression. */
  cid: number
  name: string | null
  desc: number
  coll: string
}

export interface ListedReference {
  id: number
  seq: number
  table: string
  from: string
  to: string | null
  on_update: string
  on_delete: string
}

/** Ordinary tables and their kin, without SQLite's own. */
export function listTables(db: Connection): ListedTable[] {
  return db
    .prepare<[], ListedTable>(`
      SELECT name, type, wr, strict
        FROM pragma_table_list
       WHERE schema = 'main' AND lower(substr(name, 1, 7)) <> 'sqlite_'
       ORDER BY name`)
    .all()
}

export function listColumns(db: Connection, table: string): ListedColumn[] {
  return prepared<[string], ListedColumn>(
    db,
    `
      SELECT name, type, "notnull", dflt_value, pk, hidden
        FROM pragma_table_xinfo(?, 'main')
       ORDER BY cid`,
  ).all(table)
}

/** Indexes in the order of their making. */
export function listIndexes(db: Connection, table: string): ListedIndex[] {
  return prepared<[string], ListedIndex>(
    db,
    `
      SELECT name, "unique", origin FROM pragma_index_list(?, 'main') ORDER BY seq DESC`,
  ).all(table)
}

/** The parts of an index that make its key. */
export function listParts(db: Connection, index: string): ListedPart[] {
  return prepared<[string], ListedPart>(
    db,
    `
      SELECT cid, name, "desc", coll FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno`,
  ).all(index)
}

/** Foreign keys in the order of the definition: SQLite counts them from the last. */
export function listReferences(db: Connection, table: string): ListedReference[] {
  return prepared<[string], ListedReference>(
    db,
    `
      SELECT id, seq, "table", "from", "to", on_update, on_delete
        FROM pragma_foreign_key_list(?, 'main')
       ORDER BY id DESC, seq`,
  ).all(table)
}
