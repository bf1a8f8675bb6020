/** Plans of tables for tests, with only what a test says. */
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { LogicalType } from '../../model/types.ts'

/** A nullable column of the same name in the target. */
export function columnPlan(name: string, type: LogicalType, more: Partial<ColumnPlan> = {}): ColumnPlan {
  return { name, target: name, type, notNull: false, wide: false, why: 'a test says so', ...more }
}

/** A table that the run makes as `public.NAME`, without key or constraints, read as a whole. */
export function tablePlan(name: string, columns: ColumnPlan[], more: Partial<TablePlan> = {}): TablePlan {
  return {
    ...{ name, target: { schema: 'public', name }, action: 'create', columns },
    ...{ access: { by: 'whole' }, key: [], uniques: [], checks: [], indexes: [], statistics: [] },
    ...{ foreignKeys: [], rows: 0, bytes: 0, sourceSql: '' },
    ...more,
  }
}
