/** How wide columns are shown, by their names and first rows. */
import type { SqliteCell } from '../files/writer.ts'

const NARROWEST = 8
const WIDEST = 60
const LOOKED_AT = 200
/** Room for the button of the filter, and for bold letters. */
const OF_HEADER = 4

export const columnWidths = (names: readonly string[], rows: readonly (readonly SqliteCell[])[]): number[] =>
  names.map((name, n) => {
    const lengths = rows.slice(0, LOOKED_AT).map(row => shown(row[n]!) + 1)
    return Math.min(WIDEST, Math.max(NARROWEST, name.length + OF_HEADER, ...lengths))
  })

/** Characters of the widest line, counted no further than they matter. */
function shown(cell: SqliteCell): number {
  if (cell === null) return 0
  if (cell instanceof Uint8Array) return Math.min(WIDEST, 3 + 2 * cell.length)
  if (typeof cell !== 'string') return String(cell).length
  return Math.max(
    ...cell
      .slice(0, 10 * WIDEST)
      .split('\n')
      .map(line => line.length),
  )
}
