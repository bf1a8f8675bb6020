/**
 * What only the text of CREATE TABLE tells, and no PRAGMA: expressions, collations, names of constraints,
 * deferral, AUTOINCREMENT. The grammar is SQLite's (sqlite.org/lang_createtable.html, parse.y).
 */
import type { Check } from '../../model/schema.ts'
import { tokenize } from '../../model/sqlite-sql/tokens.ts'
import { Cursor } from './ddl-cursor.ts'

export interface TableText {
  columns: ColumnText[]
  primaryKey?: { name?: string; autoIncrement: boolean }
  /** In the order of the text; columns as written. */
  uniques: { name?: string; columns: string[] }[]
  foreignKeys: ForeignKeyText[]
  checks: Check[]
  /** What its constraints do besides ABORT where a row breaks them. */
  onConflict: string[]
}

export interface ColumnText {
  name: string
  collation?: string
  generated?: string
}

export interface ForeignKeyText {
  name?: string
  deferred: boolean
}

/** Reads a CREATE TABLE statement as `sqlite_schema` keeps it. */
export function readCreateTable(sql: string): TableText {
  const cursor = new Cursor(sql)
  const table: TableText = { columns: [], uniques: [], foreignKeys: [], checks: [], onConflict: [] }
  while (!cursor.isOperator('(')) cursor.token.kind === 'end' ? cursor.fail() : cursor.next()
  cursor.expectOperator('(')
  do {
    if (startsTableConstraint(cursor)) tableConstraints(cursor, table)
    else column(cursor, table)
  } while (cursor.takeOperator(','))
  cursor.expectOperator(')')
  return table
}

function startsTableConstraint(cursor: Cursor): boolean {
  return ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'].some(keyword => cursor.is(keyword))
}

const atEnd = (cursor: Cursor): boolean => cursor.isOperator(',') || cursor.isOperator(')')

function column(cursor: Cursor, table: TableText): void {
  const column: ColumnText = { name: cursor.name() }
  table.columns.push(column)
  while (!atEnd(cursor) && !startsColumnConstraint(cursor)) {
    if (cursor.isOperator('(')) cursor.group()
    else if (cursor.token.kind === 'end') cursor.fail()
    else cursor.next()
  }
  while (!atEnd(cursor)) columnConstraint(cursor, table, column, constraintName(cursor))
}

const COLUMN_CONSTRAINTS =
  'CONSTRAINT PRIMARY NOT NULL UNIQUE CHECK DEFAULT COLLATE REFERENCES AS DEFERRABLE'.split(' ')

function startsColumnConstraint(cursor: Cursor): boolean {
  // GENERATED is no reserved word: alone it may be part of a type.
  return COLUMN_CONSTRAINTS.some(keyword => cursor.is(keyword)) || cursor.is('GENERATED', 'ALWAYS')
}

function constraintName(cursor: Cursor): string | undefined {
  let name: string | undefined
  while (cursor.take('CONSTRAINT')) name = cursor.name()
  return name
}

const named = <T extends object>(name: string | undefined, rest: T): T & { name?: string } =>
  name === undefined ? rest : { name, ...rest }

function columnConstraint(cursor: Cursor, table: TableText, column: ColumnText, name?: string): void {
  if (cursor.take('PRIMARY', 'KEY')) {
    cursor.take('ASC') || cursor.take('DESC')
    conflictClause(cursor, table)
    table.primaryKey = named(name, { autoIncrement: cursor.take('AUTOINCREMENT') })
  } else if (cursor.take('NOT', 'NULL') || cursor.take('NULL')) conflictClause(cursor, table)
  else if (cursor.take('UNIQUE')) {
    conflictClause(cursor, table)
    table.uniques.push(named(name, { columns: [column.name] }))
  } else if (cursor.take('CHECK')) check(cursor, table, name)
  else if (cursor.take('DEFAULT')) defaultValue(cursor)
  else if (cursor.take('COLLATE')) column.collation = cursor.name()
  else if (cursor.is('REFERENCES')) references(cursor, table, name)
  else if (cursor.take('GENERATED', 'ALWAYS', 'AS') || cursor.take('AS')) {
    column.generated = cursor.group()
    cursor.take('STORED') || cursor.take('VIRTUAL')
  } else if (cursor.is('DEFERRABLE') || cursor.is('NOT', 'DEFERRABLE')) {
    const last = table.foreignKeys.at(-1)
    const deferred = deferral(cursor)
    if (last) last.deferred = deferred
  } else if (name === undefined) cursor.fail()
}

/** SQLite lets commas between table constraints be left out. */
function tableConstraints(cursor: Cursor, table: TableText): void {
  while (!atEnd(cursor)) {
    const name = constraintName(cursor)
    if (cursor.take('PRIMARY', 'KEY')) {
      const autoIncrement = tokenize(cursor.group()).at(-2)?.value.toUpperCase() === 'AUTOINCREMENT'
      conflictClause(cursor, table)
      table.primaryKey = named(name, { autoIncrement })
    } else if (cursor.take('UNIQUE')) {
      table.uniques.push(named(name, { columns: columnList(cursor) }))
      conflictClause(cursor, table)
    } else if (cursor.take('CHECK')) check(cursor, table, name)
    else if (cursor.take('FOREIGN', 'KEY')) {
      cursor.group()
      references(cursor, table, name)
    } else if (name === undefined) cursor.fail()
  }
}

function check(cursor: Cursor, table: TableText, name?: string): void {
  table.checks.push(named(name, { expression: cursor.group() }))
  conflictClause(cursor, table)
}

/** First words of the parts of an indexed column list. */
function columnList(cursor: Cursor): string[] {
  const inner = new Cursor(cursor.group())
  const columns: string[] = []
  do {
    columns.push(inner.name())
    while (inner.token.kind !== 'end' && !inner.isOperator(',')) inner.next()
  } while (inner.takeOperator(','))
  return columns
}

function defaultValue(cursor: Cursor): void {
  if (cursor.isOperator('(')) {
    cursor.group()
    return
  }
  cursor.takeOperator('+') || cursor.takeOperator('-')
  cursor.next()
}

function references(cursor: Cursor, table: TableText, name?: string): void {
  cursor.take('REFERENCES') || cursor.fail()
  cursor.name()
  if (cursor.isOperator('(')) cursor.group()
  while (cursor.is('ON') || cursor.is('MATCH')) referenceArgument(cursor)
  const isDeferral = cursor.is('DEFERRABLE') || cursor.is('NOT', 'DEFERRABLE')
  table.foreignKeys.push(named(name, { deferred: isDeferral && deferral(cursor) }))
}

function referenceArgument(cursor: Cursor): void {
  if (cursor.take('MATCH')) {
    cursor.name()
    return
  }
  cursor.next()
  cursor.next()
  const isOneWord = ['CASCADE', 'RESTRICT'].some(action => cursor.take(action))
  if (!isOneWord) {
    cursor.next()
    cursor.next()
  }
}

/** Only `DEFERRABLE INITIALLY DEFERRED` defers (sqlite.org/foreignkeys.html#fk_deferred). */
function deferral(cursor: Cursor): boolean {
  const immediate = cursor.take('NOT')
  cursor.take('DEFERRABLE')
  const deferred = cursor.take('INITIALLY', 'DEFERRED')
  cursor.take('INITIALLY', 'IMMEDIATE')
  return deferred && !immediate
}

function conflictClause(cursor: Cursor, table: TableText): void {
  if (!cursor.take('ON', 'CONFLICT')) return
  const action = cursor.next().value.toUpperCase()
  if (action !== 'ABORT' && !table.onConflict.includes(action)) table.onConflict.push(action)
}
