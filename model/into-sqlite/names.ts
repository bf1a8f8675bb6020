/** Names in a SQLite file: one for all schemas, and no case among the letters A to Z. */

import { isLedgerTable } from '../ledger-names.ts'
import { showName } from '../name-text.ts'
import { planLine, renameLine } from '../plan-line.ts'
import type { PostgresTable } from '../postgres-schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import type { Planning } from './draft.ts'
import { columnWish, tableWish } from './wishes.ts'

/** What a relation is called that nobody named otherwise: beside others, the schema stands before it. */
export function usualName({ origin }: Planning, schema: string, name: string): string {
  return schema === 'public' || origin.schemas.length === 1 ? name : `${schema}_${name}`
}

/** The names of tables, in their order; what cannot stay is a finding. */
export function nameTables(planning: Planning, tables: readonly PostgresTable[]): string[] {
  const taken = new Map<string, string>()
  return tables.map(table => {
    const named = tableWish(planning.request, planning.origin, table)?.target
    const name = named ?? usualName(planning, table.schema, table.relation)
    const other = taken.get(foldName(name))
    taken.set(foldName(name), table.name)
    reportName(planning, table, name, other)
    return name
  })
}

function reportName(planning: Planning, table: PostgresTable, name: string, other: string | undefined): void {
  const about = {
    object: `table ${table.name}`,
    remedy: `Choose another with ${renameLine(table.name, 'NAME')}`,
  }
  if (other !== undefined)
    planning.findings.push({
      ...about,
      code: 'name-collision',
      severity: 'refused',
      message: `in SQLite it would have the same name as ${showName(other)}: letters have no case there`,
    })
  if (isReserved(name))
    planning.findings.push({
      ...about,
      code: 'name-reserved',
      severity: 'refused',
      message: "its name in the target is one of SQLite's own, or of longhaul's own records",
    })
  else if (name !== table.relation && !tableWish(planning.request, planning.origin, table)?.target)
    planning.findings.push({
      ...about,
      code: 'name-changed',
      severity: 'note',
      message: `SQLite has no schemas; it becomes ${showName(name)}`,
    })
}

const isReserved = (name: string): boolean => /^sqlite_/i.test(name) || isLedgerTable(foldName(name))

/** The names of a table's columns, in their order. */
export function nameColumns(planning: Planning, table: PostgresTable): string[] {
  const settings = tableWish(planning.request, planning.origin, table)
  const taken = new Map<string, string>()
  return table.columns.map(column => {
    const name = columnWish(settings, table, column).target ?? column.name
    const other = taken.get(foldName(name))
    taken.set(foldName(name), column.name)
    if (other !== undefined)
      planning.findings.push({
        code: 'name-collision',
        severity: 'refused',
        object: `${table.name}.${column.name}`,
        message: `in SQLite it would have the same name as ${showName(other)}: letters have no case there`,
        remedy: `Choose another with ${planLine(table.name, column.name, { target: 'NAME' })}`,
      })
    return name
  })
}

/** A name for an index or a view: as wanted where it is free, else with a number behind it. */
export function freeName({ names }: Planning, wanted: string): string {
  const base = isReserved(wanted) ? `_${wanted}` : wanted
  let name = base
  for (let i = 2; names.has(foldName(name)); i++) name = `${base}_${i}`
  names.add(foldName(name))
  return name
}
