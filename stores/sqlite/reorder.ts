/** Puts the rows of a WITHOUT ROWID table into the order that its schema says. */
import { randomUUID } from 'node:crypto'
import { keyOf, term } from './key-order.ts'
import type { Connection } from './open.ts'
import { listColumns } from './pragmas.ts'
import { quote } from './quote.ts'

/**
 * Writes all rows anew and gives the table their pages. The rows may be in any order before; no seek is made among them.
 * `changeSchema` lets `sqlite_schema` be written, and has it read anew.
 */
export function reorder(db: Connection, table: string, changeSchema: (act: () => void) => void): void {
  // Types, checks and NOT NULL stay with the table: rows that break them are there to be found.
  const stored = listColumns(db, table).filter(({ hidden }) => hidden !== 2)
  const columns = stored.map(({ name }) => quote(name)).join(', ')
  const key = keyOf(db, table)
  const parts = key.map(part => `${term(part)} ${part.descending ? 'DESC' : 'ASC'}`)
  // With `+` SQLite does not take the rows to be in order already.
  const sorted = key.map(part => `+${term(part)} ${part.descending ? 'DESC' : 'ASC'}`)
  // Tables of the names that SQLite keeps for itself cannot be dropped.
  const other = `longhaul ${randomUUID()}`
  changeSchema(() => {
    db.exec(`CREATE TABLE ${quote(other)} (${columns}, PRIMARY KEY (${parts.join(', ')})) WITHOUT ROWID`)
    db.exec(`
      INSERT INTO ${quote(other)} SELECT ${columns} FROM main.${quote(table)} NOT INDEXED ORDER BY ${sorted.join(', ')}`)
    swapPages(db, table, other)
  })
  db.exec(`DROP TABLE ${quote(other)}`)
}

function swapPages(db: Connection, one: string, other: string): void {
  const rootOf = db
    .prepare<[string], number>(`SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .pluck()
  const setRoot = db.prepare(`UPDATE sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?`)
  const roots = [rootOf.get(one), rootOf.get(other)]
  setRoot.run(roots[1], one)
  setRoot.run(roots[0], other)
}
