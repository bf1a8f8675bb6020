/** The full scan of one table: what its values are, whatever its columns say. */
import type { TableFacts } from '../../model/assessment.ts'
import { declaredType } from '../../model/declared-type.ts'
import type { Table } from '../../model/schema.ts'
import { ColumnTally } from './column-tally.ts'
import type { Connection } from './open.ts'
import { layoutOf } from './pages/raw-table.ts'
import { lookAgain } from './scan-again.ts'
import { scanWindows } from './scan-by-sql.ts'
import { scanKeys } from './scan-keys.ts'
import { scanRaw } from './scan-raw.ts'
import type { Encoding } from './text-bytes.ts'

/**
 * Looks at every value of a table, in constant memory. `progress` hears of the rows done so far. Digits of decimals are
 * counted where the declared type speaks of them, or in every column.
 */
export function scan(
  db: Connection,
  table: Table,
  progress: (rows: number) => void,
  everyDigit = false,
): TableFacts {
  const encoding = db.pragma('encoding', { simple: true }) as Encoding
  const tallies = table.columns.map(
    ({ declared }) => new ColumnTally({ decimals: everyDigit || declaredType(declared)?.kind === 'numeric' }),
  )
  const layout = layoutOf(db, table)
  const { rows, widest } = layout
    ? scanRaw(db, layout, table, tallies, progress)
    : scanWindows(db, table, tallies, progress)
  const facts = table.columns.map(({ name, declared }, i) => tallies[i]!.facts(name, declared, rows))
  return {
    name: table.name,
    rows,
    bytes: tallies.reduce((sum, { bytes }) => sum + bytes, 0),
    columns: facts.map((column, i) => lookAgain(db, table, table.columns[i]!, column, encoding)),
    ...(widest !== undefined && { widest }),
    ...scanKeys(db, table, facts),
  }
}
