/** What of a column cannot go with it. */
import type { ColumnFacts } from '../assessment.ts'
import { planLine } from '../plan-line.ts'
import type { Column, Table } from '../schema.ts'
import { leaveOut, type Planning } from './draft.ts'

/** What a column loses on the way: the formula of a generated one, and its collation. */
export function reportLosses(planning: Planning, table: Table, column: Column): void {
  const object = `${table.name}.${column.name}`
  if (column.generated) {
    const reason = 'it is a generated column; its values are copied, and the target will not compute new ones'
    leaveOut(
      planning,
      { kind: 'generated column', name: object, sql: column.generated.expression, reason },
      {
        code: 'generated-column-as-plain',
        object,
        remedy: 'Make it a generated column in the target after the run',
      },
    )
  }
  if (!column.collation || column.collation.toUpperCase() === 'BINARY') return
  const unique = [table.primaryKey?.columns ?? [], ...table.uniques.map(({ columns }) => columns)].flat()
  const extra = unique.includes(column.name)
    ? '; its key is unique by bytes there, so that values which differ only in what the collation ignores can both be added'
    : ''
  const reason = `its collation ${column.collation} is not converted: the target compares it by its own rules${extra}`
  leaveOut(
    planning,
    { kind: 'collation', name: object, sql: `COLLATE ${column.collation}`, reason },
    {
      code: 'collation-not-converted',
      object,
      remedy:
        'Compare with lower() in the application, or add an index on lower() in the target after the run',
    },
  )
}

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
