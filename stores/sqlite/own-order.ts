/** What of a database is in an order, or is chosen by a rule, that only its application knows. */
import type { Connection } from './open.ts'
import { isOwn } from './own-collations.ts'
import { type ListedTable, listTables } from './pragmas.ts'

export interface Tree {
  table: string
  index: string
  /** The index is the WITHOUT ROWID table itself. */
  isTable: boolean
}

/**
 * The indexes with such a collation in their key. `changed`: tables with it in their or their indexes' texts: what an
 * expression or a condition says of their columns may depend on it as well.
 */
export function treesByOwn(db: Connection, changed: ReadonlySet<string>): Tree[] {
  return ordinary(db).flatMap(({ name, wr }) =>
    indexesOf(db, name)
      .map(index => ({ ...index, isTable: wr === 1 && index.origin === 'pk' }))
      .filter(
        ({ index, computed, isTable }) =>
          (computed && changed.has(name)) || collationsOf(db, index, isTable).some(isOwn),
      )
      .map(({ index, isTable }) => ({ table: name, index, isTable })),
  )
}

const ordinary = (db: Connection): ListedTable[] => listTables(db).filter(({ type }) => type === 'table')

interface Listed {
  index: string
  origin: string
  /** 1 with a condition, or an expression among its parts. */
  computed: number
}

function indexesOf(db: Connection, table: string): Listed[] {
  return db
    .prepare<[string], Listed>(`
      SELECT name AS "index", origin,
             partial OR EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, 'main') WHERE cid = -2) AS computed
        FROM pragma_index_list(?, 'main') AS i
       ORDER BY seq DESC`)
    .all(table)
}

/** The key of a WITHOUT ROWID table stands at the end of its other indexes, and belongs to their order. */
function collationsOf(db: Connection, index: string, keyOnly: boolean): string[] {
  return db
    .prepare<[string, number], string>(`SELECT coll FROM pragma_index_xinfo(?, 'main') WHERE key >= ?`)
    .pluck()
    .all(index, keyOnly ? 1 : 0)
}

/** What keys there are, of which columns, in which places; undefined where SQLite cannot make sense of the schema. */
export function shapeOf(db: Connection): string | undefined {
  try {
    const keys = ordinary(db).flatMap(({ name }) => db.prepare(KEYS).raw().all(name))
    return JSON.stringify(keys)
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('malformed database schema')) return undefined
    throw error
  }
}

const KEYS = `
  SELECT l.name, l.origin, group_concat(x.cid)
    FROM pragma_index_list(?, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
   WHERE l.origin <> 'c' AND x.key = 1
   GROUP BY l.name, l.origin
   ORDER BY l.name`
