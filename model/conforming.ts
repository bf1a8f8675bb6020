/** Which tables have rows that may be changed, or kept out, by consent, and what follows for their comparison. */
import type { ColumnPlan, TablePlan } from './plan.ts'

/** Whether rows of the table have to be looked at cell by cell: a column has a conversion or a policy. */
export function needsConforming({ columns }: TablePlan): boolean {
  return columns.some(({ conversion, onError }) => conversion !== undefined || onError !== undefined)
}

/**
 * Whether a column's values have to be those of the source. Not those that the target computes from values which
 * may have been replaced: SQLite computed them from the original ones.
 */
export function isCompared(table: TablePlan, { generated }: ColumnPlan): boolean {
  return generated === undefined || !needsConforming(table)
}
