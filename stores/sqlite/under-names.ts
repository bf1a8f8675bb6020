/** The definitions of an image under other names, and without some tables: SQLite itself rewrites them, in a database of no rows. */
import Database from 'better-sqlite3'
import type { Made, NewNames } from '../../model/from-image/facts.ts'
import { describe } from './describe.ts'
import { withoutValues } from './errors.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

interface Defined {
  type: string
  name: string
  tbl_name: string
  sql: string
}

/** What is made of the image in the order in which it was made there. */
export function underNames(image: Connection, names: readonly NewNames[]): Made {
  const db = new Database(':memory:')
  try {
    const broken: Made['broken'] = []
    make(db, image, broken)
    const wanted = new Set(names.map(({ table }) => table))
    for (const { name, type } of listed(db))
      if (type === 'table' && !wanted.has(name) && isTable(image, name)) drop(db, name)
    if (wanted.size < tablesOf(image).length || names.some(isRenamed)) rename(db, names, broken)
    const objects = listed(db)
    const only = (type: string) => objects.filter(object => object.type === type)
    return {
      tables: describe(db).tables.filter(({ name }) => names.some(({ target }) => target === name)),
      views: only('view').map(({ name, sql }) => ({ name, sql })),
      triggers: only('trigger').map(({ name, sql, tbl_name }) => ({ name, sql, table: tbl_name })),
      broken,
    }
  } finally {
    db.close()
  }
}

const isRenamed = ({ table, target, columns }: NewNames): boolean =>
  table !== target || columns.some(column => column.name !== column.target)

function listed(db: Connection): Defined[] {
  return db
    .prepare<[], Defined>(
      `SELECT type, name, tbl_name, sql FROM main.sqlite_schema
        WHERE sql IS NOT NULL AND lower(substr(name, 1, 7)) <> 'sqlite_' ORDER BY rowid`,
    )
    .all()
}

/** A virtual table makes its shadows itself. */
const tablesOf = (db: Connection): string[] =>
  db
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND type IN ('table', 'virtual') AND lower(substr(name, 1, 7)) <> 'sqlite_'`,
    )
    .pluck()
    .all()

const isTable = (db: Connection, name: string): boolean => tablesOf(db).includes(name)

function make(db: Connection, image: Connection, broken: Made['broken']): void {
  const tables = new Set(tablesOf(image))
  for (const { type, name, sql } of listed(image)) {
    if (type === 'table' && !tables.has(name)) continue
    try {
      db.exec(sql)
    } catch (error) {
      broken.push({
        kind: type,
        name,
        sql,
        reason: `SQLite does not take it: ${withoutValues(error as Error)}`,
      })
    }
  }
}

const drop = (db: Connection, table: string): void => void db.exec(`DROP TABLE ${quote(table)}`)

/** First to names that nobody has, as two tables, or columns, may change theirs with each other. */
function rename(db: Connection, names: readonly NewNames[], broken: Made['broken']): void {
  const there = new Set(listed(db).map(({ name }) => name))
  const tables = names.filter(({ table }) => there.has(table))
  tables.forEach(({ table, columns }, i) => {
    const changed = columns.filter(({ name, target }) => name !== target)
    for (const [j, { name }] of changed.entries())
      alter(db, table, `RENAME COLUMN ${quote(name)} TO ${between(j)}`, broken)
    for (const [j, { target }] of changed.entries())
      alter(db, table, `RENAME COLUMN ${between(j)} TO ${quote(target)}`, broken)
    // Also where the name stays: what stands on tables that are gone comes to light.
    alter(db, table, `RENAME TO ${between(i)}`, broken)
  })
  for (const [i, { target }] of tables.entries())
    alter(db, `longhaul_between_${i}`, `RENAME TO ${quote(target)}`, broken)
}

const between = (i: number): string => quote(`longhaul_between_${i}`)

/** What SQLite cannot rewrite goes: it stands on something that is not wanted. */
function alter(db: Connection, table: string, change: string, broken: Made['broken']): void {
  for (;;) {
    try {
      db.exec(`ALTER TABLE ${quote(table)} ${change}`)
      return
    } catch (error) {
      const message = (error as Error).message
      const [, kind, rest = ''] = /^error in (view|trigger) ([\s\S]*)$/.exec(message) ?? []
      const culprit = listed(db).find(({ type, name }) => type === kind && isMeant(rest, name))
      if (!culprit) throw error
      const reason = 'it stands on something that is left out'
      broken.push({ kind: culprit.type, name: culprit.name, sql: culprit.sql, reason })
      db.exec(`DROP ${culprit.type} ${quote(culprit.name)}`)
    }
  }
}

/** `error in view v: …`, `error in view v after rename: …` */
const isMeant = (rest: string, name: string): boolean =>
  rest.startsWith(`${name}:`) || rest.startsWith(`${name} after rename:`)
