/** What the plan file says of tables and columns, whose names have case in PostgreSQL. */
import { columnSettings, settingsOf } from '../build-plan/selection.ts'
import type { ColumnSettings, IntoSqliteRequest, TableSettings } from '../plan-request.ts'
import type { PostgresSchema, PostgresTable } from '../postgres-schema.ts'

/** A line for another table of exactly that name is not for this one. */
export function tableWish(
  request: IntoSqliteRequest,
  { tables }: Pick<PostgresSchema, 'tables'>,
  table: PostgresTable,
): TableSettings | undefined {
  const names = Object.keys(request.file?.tables ?? {})
  return isMeant(names, table, tables) ? settingsOf(request, table) : undefined
}

/** As `tableWish`, of a column. */
export function columnWish(
  settings: TableSettings | undefined,
  { columns }: PostgresTable,
  column: { name: string },
): ColumnSettings {
  return isMeant(Object.keys(settings?.columns ?? {}), column, columns)
    ? columnSettings(settings, column.name)
    : {}
}

function isMeant(
  written: readonly string[],
  { name }: { name: string },
  all: readonly { name: string }[],
): boolean {
  if (written.includes(name)) return true
  const similar = written.filter(other => other.toLowerCase() === name.toLowerCase())
  return similar.every(other => !all.some(thing => thing.name === other))
}
