/** A plan into SQLite in the making: what the parts of the planner hand to each other. */
import type { Gathering } from '../build-plan/draft.ts'
import type { ColumnPlan, TablePlan } from '../plan.ts'
import type { IntoSqliteRequest } from '../plan-request.ts'
import type { PostgresSchema, PostgresTable } from '../postgres-schema.ts'
import type { Table } from '../schema.ts'
import type { Carried } from './carried.ts'
import type { SqliteTarget } from './target.ts'

export interface Planning extends Gathering {
  origin: PostgresSchema
  target: SqliteTarget
  request: IntoSqliteRequest
  strict: boolean
  /** Folded names of tables, views and indexes: those of the file that stay, and those that the plan gives. */
  names: Set<string>
  /** By what SQLite refused when the plan was tried: object as in a finding, and the reason. */
  rejected: ReadonlyMap<string, string>
}

export interface Draft {
  table: PostgresTable
  plan: TablePlan
  /** By names of the source; columns that no table of the target takes are missing. */
  carried: Map<string, Carried>
  /** The table of the file that is loaded into or replaced. */
  existing?: Table
}

/** The plan of a source column; undefined where the plan does not write it. */
export const columnOf = (draft: Draft, name: string): ColumnPlan | undefined =>
  draft.plan.columns.find(column => column.name === name)

/** Source columns as names in the target; undefined where one of them is not written. */
export function targetColumns(draft: Draft, names: readonly string[]): string[] | undefined {
  const columns = names.map(name => columnOf(draft, name)?.target)
  return columns.every(column => column !== undefined) ? columns : undefined
}
