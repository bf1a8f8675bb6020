/** Tables whose rows SQLite alone cannot reach. */
import type { Table } from '../../model/schema.ts'
import { sourceFailure } from './errors.ts'
import { keyOf } from './key-order.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/**
 * A WITHOUT ROWID table is an index of all of its columns: where one of them has a collation which only the application
 * knows (as Anki's `unicase`), SQLite finds "no query solution" even for reading all of it. Throws `Failure('source')`.
 */
export function refuseUnreadable(db: Connection, table: Table): void {
  const { name, access } = table
  if (access.by !== 'key') return
  try {
    db.prepare(`SELECT 1 FROM ${quote(name)}`)
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'no query solution') throw error
    throw sourceFailure(
      db.name,
      `table "${name}" is WITHOUT ROWID and uses a collation (${collationsOf(db, table)}) that its application brings with it; SQLite cannot read it without`,
      `Let the application, or a program that has this collation, put them into a table with a rowid: CREATE TABLE copy AS SELECT * FROM ${quote(name)}; then drop the old one`,
      error,
    )
  }
}

const BUILT_IN = ['BINARY', 'NOCASE', 'RTRIM']

function collationsOf(db: Connection, { name, columns }: Table): string {
  const ofKey = keyOf(db, name).map(({ collation }) => collation)
  const names = [...ofKey, ...columns.flatMap(({ collation }) => collation ?? [])]
  return [...new Set(names)].filter(name => !BUILT_IN.includes(name.toUpperCase())).join(', ')
}
