/** Values that columns hold, of rows at either end of a table: enough to try expressions with. */
import type { Table } from '../../model/schema.ts'
import type { Cell } from '../../model/types.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** Combinations of values that are wanted of either end, and how many rows are looked through for them. */
const COMBINATIONS = 200
const LOOKED_THROUGH = 5_000

/** Bytes beyond which a value is passed over: 5,000 of the largest would be too much to look through. */
const LARGEST = 8192

/** Different combinations of the columns' values, at most 400; one without cells where there are no columns. */
export function sampleValues(db: Connection, table: Table, columns: readonly string[]): Cell[][] {
  if (columns.length === 0) return [[]]
  const found = ends(table).flatMap(rows => {
    const statement = db.prepare<[], Cell[]>(combinations(columns, rows))
    return statement.raw().safeIntegers().all()
  })
  return found
}

/** The rows of each end, as what follows FROM. */
function ends({ access, name }: Table): string[] {
  const from = `FROM ${quote(name)}`
  if (access.by === 'whole' || access.by === 'ctid') return [`${from} LIMIT ${LOOKED_THROUGH}`]
  const key = access.by === 'rowid' ? [access.name] : access.columns
  return ['ASC', 'DESC'].map(
    direction =>
      `${from} ORDER BY ${key.map(column => `${quote(column)} ${direction}`).join(', ')} LIMIT ${LOOKED_THROUGH}`,
  )
}

/** Sizes are known without reading the values, and a CASE reads them only where they are small. */
function combinations(columns: readonly string[], rows: string): string {
  const small = columns.map(name => `coalesce(octet_length(${quote(name)}), 0) <= ${LARGEST}`).join(' AND ')
  // Named anew: SQLite gives a column named "true" another name in what is read from a subquery.
  const cells = columns.map((name, i) => `CASE WHEN ${small} THEN ${quote(name)} END AS c${i}`)
  return `
    SELECT DISTINCT ${columns.map((_, i) => `c${i}`).join(', ')}
      FROM (SELECT ${cells.join(', ')}, ${small} AS is_small ${rows})
     WHERE is_small LIMIT ${COMBINATIONS}`
}
