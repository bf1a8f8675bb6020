/** REALs in columns that become texts. Integers come as bigints there, so that a number is a REAL. */
import type { ColumnPlan } from '../../model/plan.ts'
import { printReal } from '../../model/print-real.ts'
import type { Row } from '../../model/types.ts'

/** Prints the REALs of a row in its place; undefined where no column needs it. */
export function realsAsTexts(
  columns: readonly Pick<ColumnPlan, 'type' | 'wide' | 'conversion'>[],
): ((row: Row) => void) | undefined {
  const places = columns.flatMap(({ type, wide, conversion }, at) =>
    wide && (type.kind === 'text' || conversion === 'text-as-bytes') ? [at] : [],
  )
  if (places.length === 0) return undefined
  return row => {
    for (const at of places) {
      const cell = row[at]
      if (typeof cell === 'number') row[at] = printReal(cell)
    }
  }
}
