/**
 * Primary keys with NULL in them. SQLite allows it where the key is not the row number (its manual, "CREATE TABLE",
 * 3.5), and such a key is a UNIQUE constraint in all but name: two rows with NULL never are the same.
 */
import { rowsThat } from '../amounts.ts'
import type { TableFacts } from '../assessment.ts'
import { showName } from '../name-text.ts'
import { planLine } from '../plan-line.ts'
import type { Table } from '../schema.ts'
import { settingsFor } from './column-type.ts'
import { columnFacts } from './columns.ts'
import type { Draft, Planning } from './draft.ts'

/** Whether the key has to allow NULL in the target: some row has one, and no policy of the plan file sees to it. */
export function keyHoldsNull(planning: Planning, table: Table, facts: TableFacts): boolean {
  return columnsWithNull(planning, table, facts).length > 0
}

function columnsWithNull(planning: Planning, table: Table, { columns }: TableFacts): string[] {
  return (table.primaryKey?.columns ?? []).filter(name => {
    if (columnFacts(columns, name).counts.null === 0) return false
    const column = table.columns.find(column => column.name === name)
    const { onError = 'stop' } = column ? settingsFor(planning, table, column) : {}
    return onError === 'stop'
  })
}

/** That the primary key becomes a UNIQUE constraint. */
export function reportKeyAsUnique(planning: Planning, { table, facts }: Draft): void {
  const names = columnsWithNull(planning, table, facts)
  const [first] = names
  if (first === undefined) return
  const { counts, examples } = columnFacts(facts.columns, first)
  const rows = rowsThat(counts.null, 'has', 'have')
  const others = names.length > 1 ? ', and others in other columns of it' : ''
  planning.findings.push({
    code: 'primary-key-as-unique',
    severity: 'warning',
    object: `table ${table.name}`,
    message: `${rows} NULL in ${showName(first)} of its primary key${others}, which SQLite allows and a primary key of PostgreSQL does not: it becomes a UNIQUE constraint, which keeps the same rows apart`,
    remedy: `For a primary key give these rows one in the source, or put ${planLine(table.name, first, { on_error: 'quarantine' })} into the plan file: they go to quarantine`,
    ...(examples?.null !== undefined && { example: examples.null }),
  })
}
