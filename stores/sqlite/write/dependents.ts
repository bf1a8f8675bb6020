/** Rows of others that refer to rows of a run, by foreign keys that the file declares. */
import type { Connection } from '../open.ts'
import { quote } from '../quote.ts'
import { fromAdded, type OwnRows } from './own-rows.ts'

export interface Dependents {
  table: string
  rows: number
}

/** Of rows that the run has added to one table; `own` are those of all its tables. */
export function dependentsOf(db: Connection, parent: OwnRows, own: readonly OwnRows[]): Dependents[] {
  return referencesTo(db, parent.target).flatMap(({ table, from, to }) => {
    const columns = from.map(name => `c.${quote(name)}`).join(', ')
    const keys = to.map(name => `t.${quote(name)}`).join(', ')
    const ours = own.find(rows => rows.target === table && rows.access.by === 'rowid')
    const name = ours?.access.by === 'rowid' ? quote(ours.access.name) : ''
    const apart = ours ? `AND c.${name} NOT IN (SELECT t.${name} FROM ${fromAdded(ours)})` : ''
    const rows = db
      .prepare<[], number>(
        `SELECT count(*) FROM main.${quote(table)} AS c
          WHERE (${columns}) IN (SELECT ${keys} FROM ${fromAdded(parent)}) ${apart}`,
      )
      .pluck()
      .get()!
    return rows > 0 ? [{ table, rows }] : []
  })
}

interface Reference {
  table: string
  from: string[]
  to: string[]
}

function referencesTo(db: Connection, parent: string): Reference[] {
  const rows = db
    .prepare<[string], { child: string; id: number; from: string; to: string | null }>(
      `SELECT l.name AS child, f.id, f."from", f."to"
         FROM main.sqlite_schema AS l, pragma_foreign_key_list(l.name) AS f
        WHERE l.type = 'table' AND f."table" = ? COLLATE NOCASE ORDER BY l.name, f.id, f.seq`,
    )
    .all(parent)
  const key = db
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(parent)
  const found = new Map<string, Reference>()
  for (const { child, id, from, to } of rows) {
    const reference = found.get(`${id} ${child}`) ?? { table: child, from: [], to: [] }
    reference.to.push(to ?? key[reference.from.length] ?? from)
    reference.from.push(from)
    found.set(`${id} ${child}`, reference)
  }
  return [...found.values()]
}

/** Rows without a parent at this moment, as texts that name them. */
export function orphansNow(db: Connection): Set<string> {
  return new Set(listOrphans(db).map(({ table, rowid }) => `${rowid} ${table}`))
}

const listOrphans = (db: Connection): { table: string; rowid: bigint | null }[] =>
  db
    .prepare<[], { table: string; rowid: bigint | null }>(
      `SELECT DISTINCT "table", rowid FROM pragma_foreign_key_check`,
    )
    .safeIntegers()
    .all()

/** Removes rows that have lost their parents since, and those that refer to them. Gives how many. */
export function removeOrphans(db: Connection, before: ReadonlySet<string>): number {
  let removed = 0
  for (;;) {
    const orphans = listOrphans(db).filter(
      ({ table, rowid }) => rowid !== null && !before.has(`${rowid} ${table}`),
    )
    if (orphans.length === 0) return removed
    for (const { table, rowid } of orphans)
      removed += db.prepare(`DELETE FROM main.${quote(table)} WHERE rowid = ?`).run(rowid).changes
  }
}
