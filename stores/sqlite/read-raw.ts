/** Rows of a snapshot in ranges of keys, as bytes. */
import { needsConforming } from '../../model/conforming.ts'
import type { TablePlan } from '../../model/plan.ts'
import { mayBeLarge } from '../large.ts'
import type { RawRows } from '../raw-row.ts'
import type { KeyRange } from '../store.ts'
import type { Connection } from './open.ts'
import { layoutOf, rawRows } from './pages/raw-table.ts'
import { realsAsTexts } from './reals-as-texts.ts'

/**
 * The rows that `read` gives, past SQLite. Damaged texts are passed on as they are: the assessment has looked for them, and
 * PostgreSQL takes none. Undefined where a plan has the values changed on their way, some go in pieces, or the table's pages cannot be read so.
 */
export function readRaw(db: Connection, table: TablePlan, { after, upTo }: KeyRange): RawRows | undefined {
  if (needsConforming(table) || mayBeLarge(table) || realsAsTexts(table.columns)) return undefined
  if (table.columns.some(({ generated }) => generated !== undefined)) return undefined
  const layout = layoutOf(db, table)
  if (!layout) return undefined
  const places = table.columns.map(({ name }) => layout.columns.findIndex(column => column.name === name))
  if (places.includes(-1)) return undefined
  const range = {
    after: after ? Number(after[0]) : Number.NEGATIVE_INFINITY,
    upTo: upTo ? Number(upTo[0]) : Number.POSITIVE_INFINITY,
  }
  return { places, batches: rawRows(db, layout, range) }
}
