/** Small plans for tests of digests and of reading back. */
import type { TablePlan } from '../../../model/plan.ts'
import type { LogicalType } from '../../../model/types.ts'

/** A plan for the table `public.NAME` with these columns; the key is empty unless said. */
export function tableOf(
  columns: Record<string, LogicalType>,
  key: string[] = [],
  name = 'sample',
): TablePlan {
  return {
    name,
    target: { schema: 'public', name },
    action: 'use',
    columns: Object.entries(columns).map(([column, type]) => ({
      name: column,
      target: column,
      type,
      notNull: false,
      wide: true,
      why: '',
    })),
    access: { by: 'whole' },
    key,
    uniques: [],
    checks: [],
    indexes: [],
    statistics: [],
    foreignKeys: [],
    rows: 0,
    bytes: 0,
    sourceSql: '',
  }
}
