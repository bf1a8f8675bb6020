/**
 * Which columns become UUIDs, JSON or addresses together: those that foreign keys join must have one type, or the
 * keys could not be made.
 */
import type { Assessment, ColumnFacts } from '../assessment.ts'
import { guideOf, upgradeOf } from '../choose-type.ts'
import { fits } from '../fits.ts'
import type { Column, Schema, Table } from '../schema.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { columnFacts } from './columns.ts'
import { lookUp } from './names.ts'

/** By table and column of the source, as `upgradeKey` joins them; `null`: joined columns that stay as they are. */
export type Upgrades = ReadonlyMap<string, LogicalType | null>

interface Joined {
  table: Table
  column: Column
  facts: ColumnFacts
}

export const upgradeKey = (table: string, column: string): string => JSON.stringify([table, column])

/** The types of all columns that foreign keys join, under `--types optimized`. */
export function planUpgrades({ schema, tables }: Pick<Assessment, 'schema' | 'tables'>): Upgrades {
  const found = new Map<string, LogicalType | null>()
  for (const group of groupsOf(schema)) {
    const members = group.flatMap(key => joined(schema, tables, key))
    const type = commonUpgrade(members)
    for (const { table, column } of members) found.set(upgradeKey(table.name, column.name), type)
  }
  return found
}

/** Sets of columns, each joined with the others by foreign keys, directly or by way of others. */
function groupsOf(schema: Schema): string[][] {
  const groupOf = new Map<string, string[]>()
  for (const table of schema.tables) {
    for (const key of table.foreignKeys) {
      const parent = lookUp(schema.tables, key.table)
      if (!parent) continue
      for (const [i, column] of key.columns.entries()) {
        join(groupOf, upgradeKey(table.name, column), upgradeKey(parent.name, key.references[i] ?? ''))
      }
    }
  }
  return [...new Set(groupOf.values())]
}

function join(groupOf: Map<string, string[]>, one: string, other: string): void {
  const first = groupOf.get(one) ?? [one]
  const second = groupOf.get(other) ?? [other]
  const both = first === second ? first : [...first, ...second]
  for (const member of new Set(both)) groupOf.set(member, both)
}

function joined(schema: Schema, tables: Assessment['tables'], key: string): Joined[] {
  const [tableName, columnName] = JSON.parse(key) as [string, string]
  const table = lookUp(schema.tables, tableName)
  const column = table && lookUp(table.columns, columnName)
  if (!table || !column) return []
  const facts = tables.find(({ name }) => name === table.name)?.columns ?? []
  return [{ table, column, facts: columnFacts(facts, column.name) }]
}

/** A type that all of them can have, and one of them would get alone. */
function commonUpgrade(members: readonly Joined[]): LogicalType | null {
  const alone = members.map(({ table, column, facts }) => {
    const guide = guideOf({ table: table.name, column, facts })
    return { guide, facts, upgrade: upgradeOf(guide, facts) }
  })
  const wanted = alone.find(({ upgrade }) => upgrade)?.upgrade
  if (!wanted) return null
  const all = alone.every(
    ({ guide, facts, upgrade }) =>
      guide.kind === 'text' &&
      (upgrade ? showType(upgrade) === showType(wanted) : fits(wanted, facts) === undefined),
  )
  return all ? wanted : null
}
