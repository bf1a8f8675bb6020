/** Small plans for tests of digests and of reading back. */
import type { TablePlan } from '../../../model/plan.ts'
import type { LogicalType } from '../../../model/types.ts'
import { columnPlan, tablePlan } from '../../support/plans.ts'

/** A plan for the table `public.NAME` with these columns; the key is empty unless said. */
export function tableOf(
  columns: Record<string, LogicalType>,
  key: string[] = [],
  name = 'sample',
): TablePlan {
  const plans = Object.entries(columns).map(([column, type]) => columnPlan(column, type, { wide: true }))
  return tablePlan(name, plans, { action: 'use', key })
}
