/** Tables that are made as they stand in the image. */

import { isLedgerTable } from '../ledger-names.ts'
import { showName } from '../name-text.ts'
import type { Action, ColumnPlan, ForeignKeyPlan, TablePlan } from '../plan.ts'
import { renameLine } from '../plan-line.ts'
import type { StagedRequest } from '../plan-request.ts'
import type { Table } from '../schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import type { NewNames } from './facts.ts'
import type { ImagePlanning } from './plan.ts'

/** With all that stands in its definition, and its indexes. */
export function planNew(planning: ImagePlanning, names: NewNames): TablePlan {
  const { facts, made, target, request } = planning
  const own = facts.schema.tables.find(({ name }) => name === names.table)!
  const table = made.tables.find(({ name }) => name === names.target)
  const existing = target.schema.tables.find(there => foldName(there.name) === foldName(names.target))
  refuseName(planning, names)
  if (existing && request.ifExists !== 'replace') refuseExisting(planning, names.table)
  if (!existing) mayBeMade(planning, names)
  return {
    ...basics(planning, own, names, existing && request.ifExists === 'replace' ? 'replace' : 'create'),
    columns: own.columns.map((column, i) => columnPlan(own, names, table, column, i)),
    ...(table && {
      there: table.access,
      sql: table.sql,
      ...(table.primaryKey && { primaryKey: { columns: table.primaryKey.columns } }),
      indexes: table.indexes.map(index => ({
        ...{ name: index.name, unique: index.unique, sql: index.sql },
        parts: index.parts.map(({ column, expression, descending }) => ({
          ...(column === undefined ? { expression: expression ?? '' } : { column }),
          descending,
        })),
        ...(index.where !== undefined && { where: index.where }),
      })),
      foreignKeys: foreignKeysOf(planning, names.table, table),
    }),
    ...(table?.strict && { strict: true as const }),
  }
}

/** What a plan of a table has in any case. */
export function basics(
  { facts }: ImagePlanning,
  own: Table,
  names: NewNames,
  action: Action,
): Omit<TablePlan, 'columns'> {
  return {
    name: own.name,
    target: { schema: 'main', name: names.target },
    action,
    access: own.access,
    key: own.primaryKey?.columns ?? [],
    uniques: [],
    checks: [],
    indexes: [],
    statistics: [],
    foreignKeys: [],
    ...(facts.sizes[own.name] ?? { rows: 0, bytes: 0 }),
    sourceSql: own.sql,
  }
}

function columnPlan(
  own: Table,
  names: NewNames,
  table: Table | undefined,
  { name, declared, notNull, generated }: Table['columns'][number],
  at: number,
): ColumnPlan {
  const isNumber = own.primaryKey?.rowid === true && own.primaryKey.columns.includes(name)
  return {
    name,
    target: names.columns[at]!.target,
    type: { kind: 'cell' },
    // However it is written: only INTEGER is the row number.
    declared: isNumber ? 'INTEGER' : declared,
    notNull,
    wide: true,
    why: 'as it stands',
    ...(generated && {
      generated: table?.columns[at]?.generated?.expression ?? generated.expression,
    }),
    ...(isNumber && own.sequence !== undefined && { identity: { last: own.sequence } }),
  }
}

/** The finish step looks for their parents; those that the image lacks as well are expected. */
function foreignKeysOf({ facts, findings }: ImagePlanning, name: string, table: Table) {
  const orphans = facts.orphans.filter(orphan => orphan.table === name)
  for (const { parent, rows } of orphans)
    findings.push({
      ...{ code: 'orphans', severity: 'warning', object: `table ${name}` },
      message: `${rows} row(s) have no parent in table ${showName(parent)}; they are copied as they are`,
    })
  return foreignKeyPlans(table, table.foreignKeys.length > 0 && orphans.length > 0 ? parentsOf(table) : [])
}

const parentsOf = ({ foreignKeys }: Table): string[] => foreignKeys.map(({ table }) => table)

/** @param missed parents that rows miss anyway */
export function foreignKeyPlans({ name, foreignKeys }: Table, missed: readonly string[]): ForeignKeyPlan[] {
  return foreignKeys.map((key, i) => ({
    name: key.name ?? `${name}_fk${i + 1}`,
    columns: key.columns,
    references: { schema: 'main', table: key.table, columns: key.references },
    ...{ onUpdate: key.onUpdate, onDelete: key.onDelete, deferred: key.deferred },
    ...(missed.some(parent => foldName(parent) === foldName(key.table)) && { notValid: true }),
  }))
}

function refuseName({ findings }: ImagePlanning, { table, target }: NewNames): void {
  if (!/^sqlite_/i.test(target) && !isLedgerTable(foldName(target))) return
  findings.push({
    code: 'name-reserved',
    severity: 'refused',
    object: `table ${table}`,
    message: "its name in the target is one of SQLite's own, or of longhaul's own records",
    remedy: `Choose another with ${renameLine(table, 'NAME')}`,
  })
}

function refuseExisting({ findings }: ImagePlanning, table: string): void {
  findings.push({
    code: 'table-exists',
    severity: 'refused',
    object: `table ${table}`,
    message: 'the target has this table already',
    remedy: `Name another file; add to its rows with --if-exists append or upsert; replace it with --if-exists replace; or give it another name with ${renameLine(table, 'NAME')}`,
  })
}

/** Where there is no such table yet. */
function mayBeMade({ findings, request, target }: ImagePlanning, { table, target: name }: NewNames): void {
  const about = { severity: 'refused' as const, object: `table ${table}` }
  if (needsTable(request))
    findings.push({
      ...about,
      code: 'table-missing',
      message: 'the target has no such table',
      remedy: 'Make the tables first with `longhaul schema`, or use `longhaul full`',
    })
  const others = [
    ...target.schema.others.filter(({ kind }) => kind !== 'trigger'),
    ...target.schema.tables.flatMap(({ indexes }) => indexes.map(index => ({ ...index, kind: 'index' }))),
  ]
  const other = others.find(there => foldName(there.name) === foldName(name))
  if (other)
    findings.push({
      ...about,
      code: 'name-taken',
      message: `the target has another object (${other.kind}) of this name`,
      remedy: `Name another file, or give it another name with ${renameLine(table, 'NAME')}`,
    })
}

const needsTable = ({ scope }: StagedRequest): boolean => scope === 'data' || scope === 'check'
