/** The sources of the trials, made when they are wanted. */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { makeManyTables, makeShop } from './make-shop.ts'
import { makeSource } from './make-source.ts'

/** The document management, a shop, very many small tables. */
export type SourceName = 'documents' | 'shop' | 'tables'

export interface Source {
  path: string
  tables: SourceTable[]
}

export interface SourceTable {
  name: string
  rows: number
  /** Names, and the types as declared. */
  columns: { name: string; type: string }[]
}

const MANY = 1000

/** @param folder where large sources stay for the next time */
export function source(name: SourceName, rows: number, folder: string): Source {
  const path = join(folder, name === 'documents' ? `documents-${rows}.db` : `${name}.db`)
  if (!existsSync(path)) {
    const half = `${path}.new`
    if (name === 'documents') makeSource(half, rows)
    else if (name === 'shop') makeShop(half)
    else makeManyTables(half, MANY)
    renameSync(half, path)
  }
  return describe(path)
}

/** What a SQLite file holds, counted. */
export function describe(path: string): Source {
  const db = new Database(path, { readonly: true })
  try {
    const names = db
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
      .pluck()
      .all() as string[]
    const tables = names.map(name => ({
      name,
      rows: db.prepare(`SELECT count(*) FROM ${name}`).pluck().get() as number,
      columns: db.prepare(`SELECT name, type FROM pragma_table_info(?)`).all(name) as SourceTable['columns'],
    }))
    return { path, tables }
  } finally {
    db.close()
  }
}
