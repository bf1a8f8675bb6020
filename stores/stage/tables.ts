/** The tables of a stage as files make them: columns without types, by names as SQLite compares them. */
import { Failure } from '../../model/failure.ts'
import { foldName, ROW_NUMBERS, sameName } from '../../model/sqlite-sql/names.ts'
import type { Connection } from '../sqlite/open.ts'
import { listColumns, listTables } from '../sqlite/pragmas.ts'
import { quote } from '../sqlite/quote.ts'
import { isOwnTable } from './schema.ts'

/** Gives the name that the table has in the stage: names that SQLite calls one are one table. */
export function makeTable(db: Connection, name: string, columns: readonly string[]): string {
  const there = listTables(db).find(table => sameName(table.name, name))
  if (isOwnTable(name) || /^sqlite_/i.test(name)) throw reserved(name)
  if (there) return there.name
  db.exec(`CREATE TABLE ${quote(name)} (${distinct(columns).map(quote).join(', ')})`)
  return name
}

/** Gives their names in the table, which gets those that it does not have. */
export function makeColumns(db: Connection, table: string, columns: readonly string[]): string[] {
  const there = listColumns(db, table).map(({ name }) => name)
  return distinct(columns).map(name => {
    const known = there.find(other => sameName(other, name))
    if (known === undefined) db.exec(`ALTER TABLE ${quote(table)} ADD COLUMN ${quote(name)}`)
    return known ?? name
  })
}

/** Names that differ in the case of ASCII letters alone are one to SQLite: the later ones get a number. */
function distinct(columns: readonly string[]): string[] {
  const taken = new Set<string>()
  return columns.map(wanted => {
    let name = wanted
    for (let n = 2; taken.has(foldName(name)); n++) name = `${wanted}_${n}`
    taken.add(foldName(name))
    return name
  })
}

/** What the row number of a table is called. Fails with `source` where columns have all names for it. */
export function rowNumberOf(db: Connection, table: string): string {
  const columns = listColumns(db, table)
  const free = ROW_NUMBERS.find(word => !columns.some(({ name }) => sameName(name, word)))
  if (free) return free
  throw new Failure({
    code: 'source',
    object: `table ${table}`,
    message: `its columns have the names ${ROW_NUMBERS.join(', ')}, and none is left for the number of a row`,
    remedy: 'Give one of them another name',
  })
}

const reserved = (name: string) =>
  new Failure({
    code: 'source',
    object: `table ${name}`,
    message: 'has a name that SQLite or longhaul keeps for itself',
    remedy: 'Give the file, sheet or key another name',
  })
