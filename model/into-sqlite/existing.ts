/** Tables that are in the file already: columns matched by name, and only where they keep the values as they are. */

import { showName } from '../name-text.ts'
import { planLine } from '../plan-line.ts'
import type { PostgresColumn } from '../postgres-schema.ts'
import type { Column, Table } from '../schema.ts'
import { foldName } from '../sqlite-sql/names.ts'
import { affinityOf } from '../translate/affinity.ts'
import type { Carried } from './carried.ts'
import { carry, isWide } from './columns.ts'
import type { Draft, Planning } from './draft.ts'
import { columnWish, tableWish } from './wishes.ts'

/** The columns of the source that the existing table takes; what does not match is a finding. */
export function matchColumns(planning: Planning, draft: Draft): void {
  const existing = draft.existing!
  const settings = tableWish(planning.request, planning.origin, draft.table)
  const taken = new Set<Column>()
  for (const column of draft.table.columns) {
    const wanted = foldName(columnWish(settings, draft.table, column).target ?? column.name)
    const match = existing.columns.find(there => foldName(there.name) === wanted)
    if (match && !taken.has(match)) {
      taken.add(match)
      take(planning, draft, column, match)
    } else
      refuseColumn(
        planning,
        draft,
        column,
        `the table ${showName(existing.name)} of the target has no column for it`,
      )
  }
  for (const extra of existing.columns) if (!taken.has(extra)) checkExtra(planning, draft, existing, extra)
  draft.plan.there = existing.access
  const key = draft.table.primaryKey?.columns ?? []
  draft.plan.key = key.every(name => draft.plan.columns.some(column => column.name === name)) ? key : []
}

function take(planning: Planning, draft: Draft, column: PostgresColumn, there: Column): void {
  const carried = carry(planning, draft, column)
  if (there.generated) return
  if (!keeps(carried, there.declared, draft.existing!.strict))
    refuseColumn(
      planning,
      draft,
      column,
      `the target's column is declared ${there.declared}, which would change its values`,
    )
  draft.plan.columns.push({
    name: column.name,
    target: there.name,
    type: carried.type,
    declared: there.declared,
    ...(carried.read !== undefined && { read: carried.read }),
    notNull: there.notNull,
    wide: isWide(carried),
    why: 'the table is there already',
  })
}

/** Whether a declaration leaves cells of that kind as they are. */
function keeps({ holds }: Carried, declared: string, strict: boolean): boolean {
  const affinity = affinityOf(declared, strict)
  switch (holds) {
    case 'boolean':
    case 'integer':
      return affinity === 'INTEGER' || affinity === 'NUMERIC' || affinity === 'BLOB'
    case 'float':
      return affinity === 'REAL' || affinity === 'BLOB'
    case 'decimal':
      return affinity === 'NUMERIC' || affinity === 'REAL'
    case 'bytes':
      return !strict || affinity === 'BLOB'
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'uuid':
    case 'inet':
      return strict ? affinity === 'TEXT' || affinity === 'BLOB' : true
    default:
      return affinity === 'TEXT' || affinity === 'BLOB'
  }
}

function refuseColumn(
  { findings }: Planning,
  { table }: Draft,
  { name }: PostgresColumn,
  message: string,
): void {
  findings.push({
    code: 'column-does-not-fit',
    severity: 'refused',
    object: `${table.name}.${name}`,
    message,
    remedy: `Change the table there, or name the column that is meant with ${planLine(table.name, name, { target: 'NAME' })}`,
  })
}

function checkExtra({ findings }: Planning, { table }: Draft, existing: Table, extra: Column): void {
  const isKey = existing.primaryKey?.rowid && existing.primaryKey.columns.includes(extra.name)
  const needsValue = extra.notNull && extra.default === undefined && !extra.generated && !isKey
  findings.push({
    code: needsValue ? 'column-needs-value' : 'column-not-filled',
    severity: needsValue ? 'refused' : 'note',
    object: `table ${table.name}`,
    message: `the target's column ${showName(extra.name)} has nothing in the source${needsValue ? ', and says NOT NULL without a default' : ''}`,
  })
}
