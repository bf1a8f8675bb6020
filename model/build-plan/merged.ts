import type { ColumnPlan } from '../plan.ts'
import { affinityOf } from '../translate/affinity.ts'
import { columnFacts } from './columns.ts'
import type { Draft } from './draft.ts'

/**
 * Whether texts of a column in the target are numbers in the source, where 7 and '7' may both be: its declaration
 * does not make numbers of such texts, or there are some all the same.
 */
export function mergedOf({ table, facts }: Draft, { name, type }: ColumnPlan): { merged?: true } {
  if (type.kind !== 'text') return {}
  const { counts, numericTexts = 0 } = columnFacts(facts.columns, name)
  const declared = table.columns.find(column => column.name === name)?.declared ?? ''
  const keepsTexts = ['TEXT', 'BLOB'].includes(affinityOf(declared, table.strict))
  return counts.integer + counts.real > 0 && (keepsTexts || numericTexts > 0) ? { merged: true } : {}
}
