/** What of a column cannot go with it. */
import type { ColumnFacts } from '../assessment.ts'
import { planLine } from '../plan-line.ts'
import type { Column, Table } from '../schema.ts'
import { leaveOut, type Planning } from './draft.ts'

/** SQLite keeps rows that were there before NOT NULL was: all of them are copied, and the rule is left out. */
export function reportBrokenNotNull(
  planning: Planning,
  table: Table,
  column: Column,
  facts: ColumnFacts,
): void {
  const rows = facts.counts.null === 1 ? 'one row has' : `${facts.counts.null} rows have`
  leaveOut(
    planning,
    {
      kind: 'not null',
      name: `${table.name}.${column.name}`,
      sql: 'NOT NULL',
      reason: `it says NOT NULL, and ${rows} NULL: the target's column allows it`,
    },
    {
      code: 'not-null-left-out',
      object: `${table.name}.${column.name}`,
      remedy: 'Give these rows a value in the source, or set NOT NULL in the target afterwards',
    },
  )
}

/** SQLite allows NULL in a primary key that is not the row number. */
export function reportNulls(planning: Planning, table: Table, column: Column, facts: ColumnFacts): void {
  if (facts.counts.null === 0) return
  planning.findings.push({
    code: 'null-in-primary-key',
    severity: 'refused',
    object: `${table.name}.${column.name}`,
    message: `${facts.counts.null} rows have NULL in this column of the primary key, which SQLite allows and PostgreSQL does not`,
    remedy: `Give these rows a key in the source, or leave the table out: put ${planLine(table.name)} into the plan file`,
  })
}
