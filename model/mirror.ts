/** A table of PostgreSQL → SQLite, seen from its target: what makes the readers of the other direction serve it. */
import { type ColumnPlan, isLoadedInto, type TablePlan } from './plan.ts'
import type { Access } from './schema.ts'
import { foldName, ROW_NUMBERS } from './sqlite-sql/names.ts'

/**
 * The same table with the SQLite file as the source and PostgreSQL as the target: names swapped, read by the file's
 * row numbers. `read` of its columns still speaks of PostgreSQL. Keys and rules other than `key` and the primary
 * key are left away: only rows are read and compared by it.
 */
export function mirrored(table: TablePlan): TablePlan {
  const swap = namesBack(table)
  const { grants: _grants, primaryKey, ...rest } = table
  return {
    ...rest,
    name: table.target.name,
    target: table.origin ?? { schema: 'public', name: table.name },
    access: table.there ?? accessOf(table),
    columns: table.columns.map(column => ({ ...column, name: column.target, target: column.name })),
    key: table.key.map(name => table.columns.find(column => column.name === name)?.target ?? name),
    ...(primaryKey && { primaryKey: { ...primaryKey, columns: primaryKey.columns.map(swap) } }),
    uniques: [],
    checks: [],
    indexes: [],
    statistics: [],
    foreignKeys: [],
  }
}

/** From names in the target to those of the source. */
function namesBack({ columns }: TablePlan): (target: string) => string {
  const names = new Map(columns.map(({ name, target }) => [target, name]))
  return target => names.get(target) ?? target
}

/** By the key that is the row number, else by the row number's own name. */
function accessOf(table: TablePlan): Access {
  const alias = rowNumberOf(table)
  if (alias) return { by: 'rowid', name: alias.target }
  const taken = new Set(table.columns.map(({ target }) => foldName(target)))
  const free = ROW_NUMBERS.find(word => !taken.has(word))
  return free === undefined ? { by: 'whole' } : { by: 'rowid', name: free }
}

/** The column that is the row number itself (`INTEGER PRIMARY KEY`) in a table that the run makes. */
export function rowNumberOf(table: TablePlan): ColumnPlan | undefined {
  const { primaryKey, columns } = table
  if (isLoadedInto(table) || primaryKey?.columns.length !== 1) return undefined
  return columns.find(({ target, declared }) => target === primaryKey.columns[0] && declared === 'INTEGER')
}
