/** What makes a plan's tables, indexes and views in SQLite. Each statement is one, without a semicolon. */
import { rowNumberOf } from '../../model/mirror.ts'
import type {
  CheckPlan,
  ColumnPlan,
  ForeignKeyPlan,
  IndexPlan,
  TablePlan,
  ViewPlan,
} from '../../model/plan.ts'
import { quote } from './quote.ts'

/** `CREATE TABLE` with its keys, checks and foreign keys: SQLite adds none later. */
export function createTable(table: TablePlan): string {
  if (table.sql !== undefined) return table.sql
  const parts = [
    ...table.columns.map(column => columnOf(table, column)),
    ...primaryKeyOf(table),
    ...table.uniques.map(({ name, columns }) => `${named(name)}UNIQUE (${quoted(columns)})`),
    ...table.checks.map(checkOf),
    ...table.foreignKeys.map(foreignKeyOf),
  ]
  const end = table.strict ? ') STRICT' : ')'
  return `CREATE TABLE ${quote(table.target.name)} (\n  ${parts.join(',\n  ')}\n${end}`
}

/** An index of a table; names of indexes are those of the whole file. */
export function createIndex(table: TablePlan, index: IndexPlan): string {
  if (index.sql !== undefined) return index.sql
  const parts = index.parts.map(({ column, expression, descending, operators }) => {
    const term = column === undefined ? `(${expression})` : quote(column)
    return [term, ...(operators ? [`COLLATE ${operators}`] : []), ...(descending ? ['DESC'] : [])].join(' ')
  })
  const kind = index.unique ? 'UNIQUE INDEX' : 'INDEX'
  const where = index.where === undefined ? '' : `\nWHERE ${index.where}`
  return `CREATE ${kind} ${quote(index.name)} ON ${quote(table.target.name)} (${parts.join(', ')})${where}`
}

export function createView({ target, columns, query, sql }: ViewPlan): string {
  return sql ?? `CREATE VIEW ${quote(target.name)} (${quoted(columns)}) AS\n${query}`
}

function columnOf(table: TablePlan, column: ColumnPlan): string {
  const { target, declared, collation, notNull, generated } = column
  const isRowNumber = rowNumberOf(table) === column
  return [
    quote(target),
    ...(declared ? [declared] : []),
    ...(isRowNumber ? [`${named(table.primaryKey?.name)}PRIMARY KEY`] : []),
    ...(isRowNumber && column.identity ? ['AUTOINCREMENT'] : []),
    // Of the row number NULL means the next one: the words would say what is not so.
    ...(notNull && !isRowNumber ? ['NOT NULL'] : []),
    ...(collation ? [`COLLATE ${collation}`] : []),
    ...(generated === undefined ? [] : [`GENERATED ALWAYS AS (${generated}) STORED`]),
    ...(column.default === undefined ? [] : [`DEFAULT ${defaultOf(column.default)}`]),
  ].join(' ')
}

/** What SQLite takes after DEFAULT without parentheses. */
const CONSTANT = /^([+-]?\d+(\.\d+)?|[xX]?'([^']|'')*'|NULL|CURRENT_(DATE|TIME|TIMESTAMP))$/

const defaultOf = (sql: string): string => (CONSTANT.test(sql) ? sql : `(${sql})`)

function primaryKeyOf(table: TablePlan): string[] {
  const { primaryKey } = table
  if (!primaryKey || rowNumberOf(table)) return []
  return [`${named(primaryKey.name)}PRIMARY KEY (${quoted(primaryKey.columns)})`]
}

const checkOf = ({ name, expression }: CheckPlan): string => `${named(name)}CHECK (${expression})`

function foreignKeyOf({ name, columns, references, onUpdate, onDelete, deferred }: ForeignKeyPlan): string {
  return [
    `${named(name)}FOREIGN KEY (${quoted(columns)})`,
    `REFERENCES ${quote(references.table)} (${quoted(references.columns)})`,
    ...(onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${onUpdate}`]),
    ...(onDelete === 'NO ACTION' ? [] : [`ON DELETE ${onDelete}`]),
    ...(deferred ? ['DEFERRABLE INITIALLY DEFERRED'] : []),
  ].join(' ')
}

const named = (name: string | undefined): string => (name ? `CONSTRAINT ${quote(name)} ` : '')
const quoted = (names: readonly string[]): string => names.map(quote).join(', ')
