/** The schema of a SQLite database: what PRAGMAs tell, and from the texts what they do not. */
import { isLedgerTable, LEDGER_PREFIX } from '../../model/ledger-names.ts'
import type { Access, Column, OtherObject, PrimaryKey, Schema, Table } from '../../model/schema.ts'
import { ROW_NUMBERS, sameName } from '../../model/sqlite-sql/names.ts'
import { tokenize } from '../../model/sqlite-sql/tokens.ts'
import { readCreateTable, type TableText } from './ddl-text.ts'
import { describeForeignKeys } from './describe-foreign-keys.ts'
import { describeIndexes, describeUniques, ownCollations } from './describe-indexes.ts'
import { describeVirtualTable, listVirtual } from './describe-virtual.ts'
import type { Connection } from './open.ts'
import {
  type ListedColumn,
  type ListedTable,
  listColumns,
  listIndexes,
  listParts,
  listTables,
} from './pragmas.ts'
import { prepared } from './prepared.ts'
import { schemaRow } from './schema-rows.ts'

/** Describes all of `main`; SQLite's own tables are left out, and the records of runs that wrote the file. */
export function describe(db: Connection): Schema {
  const listed = withoutRecords(db, listTables(db))
  const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get()
  const ordinary = listed.filter(({ type }) => type === 'table')
  const tables = listed.flatMap(table => {
    if (table.type === 'table') return [describeTable(db, table, ordinary)]
    return table.type === 'virtual' ? (describeVirtualTable(db, table.name, sqlOf(db, table.name)) ?? []) : []
  })
  return {
    engine: `SQLite ${version}`,
    encoding: String(db.pragma('encoding', { simple: true })),
    tables,
    others: [...listVirtual(listed, tables, name => sqlOf(db, name)), ...describeViewsAndTriggers(db)],
  }
}

/** A user's table may have the name of a record as well: ours are told by the columns of the history of runs. */
function withoutRecords(db: Connection, listed: ListedTable[]): ListedTable[] {
  const ours = listColumns(db, `${LEDGER_PREFIX}run`).some(({ name }) => name === 'request_hash')
  return ours ? listed.filter(({ name }) => !isLedgerTable(name)) : listed
}

function describeTable(db: Connection, listed: ListedTable, all: ListedTable[]): Table {
  const { name } = listed
  const sql = sqlOf(db, name)
  const text = readCreateTable(sql)
  const columns = listColumns(db, name)
  const primaryKey = describePrimaryKey(db, listed, columns, text)
  const sequence = primaryKey?.autoIncrement ? lastNumber(db, name) : undefined
  return {
    name,
    columns: columns.map((column, i) => describeColumn(column, text, i)),
    ...(primaryKey && { primaryKey }),
    uniques: describeUniques(db, name, text),
    indexes: describeIndexes(db, name, text),
    foreignKeys: describeForeignKeys(db, name, text, all),
    checks: text.checks,
    ...(text.onConflict.length > 0 && { onConflict: text.onConflict }),
    strict: listed.strict === 1,
    access: accessOf(listed, columns, primaryKey),
    ...(sequence !== undefined && { sequence }),
    sql,
  }
}

const sqlOf = (db: Connection, name: string): string => schemaRow(db, 'table', name)?.sql ?? ''

function describeColumn(listed: ListedColumn, text: TableText, at: number): Column {
  const written = text.columns[at]
  const collation = written?.collation
  const expression = written?.generated
  return {
    name: listed.name,
    declared: listed.type,
    notNull: listed.notnull === 1,
    ...(listed.dflt_value !== null && { default: defaultOf(listed.dflt_value) }),
    ...(expression !== undefined && { generated: { expression, stored: listed.hidden === 3 } }),
    ...(collation && !sameName(collation, 'BINARY') && { collation }),
  }
}

const NO_TEXTS = ['NULL', 'TRUE', 'FALSE', 'CURRENT_TIME', 'CURRENT_DATE', 'CURRENT_TIMESTAMP']

/** A default is never a column, so SQLite reads a lone name as a text; other dialects do not. */
function defaultOf(sql: string): string {
  const [first, second] = tokenize(sql)
  const isName =
    first!.kind === 'quoted' || (first!.kind === 'word' && !NO_TEXTS.includes(first!.value.toUpperCase()))
  return isName && second?.kind === 'end' ? `'${first!.value.replaceAll("'", "''")}'` : sql
}

function describePrimaryKey(
  db: Connection,
  { name, wr }: ListedTable,
  columns: ListedColumn[],
  all: TableText,
): PrimaryKey | undefined {
  const text = all.primaryKey
  const inKey = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  if (inKey.length === 0) return undefined
  // The row number itself has no index of its own: INTEGER PRIMARY KEY, but not INTEGER PRIMARY KEY DESC.
  const index = listIndexes(db, name).find(({ origin }) => origin === 'pk')
  return {
    columns: inKey.map(column => column.name),
    ...(text?.name !== undefined && { name: text.name }),
    rowid: wr === 0 && index === undefined,
    autoIncrement: text?.autoIncrement ?? false,
    ...(index && ownCollations(listParts(db, index.name), all)),
  }
}

function accessOf({ wr }: ListedTable, columns: ListedColumn[], key?: PrimaryKey): Access {
  if (wr === 1 && key) return { by: 'key', columns: key.columns }
  if (key?.rowid) return { by: 'rowid', name: key.columns[0]! }
  const free = ROW_NUMBERS.find(word => !columns.some(column => sameName(column.name, word)))
  return free ? { by: 'rowid', name: free } : { by: 'whole' }
}

/** The greatest number in `sqlite_sequence`; anybody may write there, so other kinds of values are ignored. */
function lastNumber(db: Connection, table: string): string | undefined {
  const find = prepared<[string], string | null>(
    db,
    `
    SELECT CAST(max(seq) AS TEXT) FROM sqlite_sequence WHERE name = ? AND typeof(seq) = 'integer'`,
  )
  return find.pluck().get(table) ?? undefined
}

function describeViewsAndTriggers(db: Connection): OtherObject[] {
  const rows = db
    .prepare<[], { kind: 'view' | 'trigger'; name: string; table: string; sql: string }>(`
      SELECT type AS kind, name, tbl_name AS "table", sql
        FROM sqlite_schema
       WHERE type IN ('view', 'trigger')
       ORDER BY rowid`)
    .all()
  return rows.map(({ kind, name, table, sql }) =>
    kind === 'view' ? { kind, name, sql } : { kind, name, table, sql },
  )
}
