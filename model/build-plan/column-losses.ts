/** What of a column cannot go with it. */
import { rowsThat } from '../amounts.ts'
import type { ColumnFacts } from '../assessment.ts'
import type { Column, Table } from '../schema.ts'
import { leaveOut, type Planning } from './draft.ts'

/** SQLite keeps rows that were there before NOT NULL was: all of them are copied, and the rule is left out. */
export function reportBrokenNotNull(
  planning: Planning,
  table: Table,
  column: Column,
  facts: ColumnFacts,
): void {
  const rows = rowsThat(facts.counts.null, 'has', 'have')
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
