/** How many keys and rules of each kind plan and target have. */
import type { TablePlan } from '../../../model/plan.ts'
import type { SchemaCompared } from '../../../model/schema-compared.ts'
import { keepsUnique, type TableShape } from './shape.ts'

type Counts = SchemaCompared['counts']

/** Unique indexes and constraints are of one kind: they keep the same rows apart. */
export function countKinds(pairs: readonly { plan: TablePlan; found: TableShape }[]): Counts {
  const count = (
    kind: string,
    inPlan: (plan: TablePlan) => number,
    inTarget: (found: TableShape) => number,
  ) => ({
    kind,
    expected: pairs.reduce((sum, { plan }) => sum + inPlan(plan), 0),
    found: pairs.reduce((sum, { found }) => sum + inTarget(found), 0),
  })
  return [
    count(
      'primary key',
      plan => (plan.primaryKey ? 1 : 0),
      found => found.indexes.filter(({ of }) => of === 'primary key').length,
    ),
    count(
      'unique',
      plan => plan.uniques.length + plan.indexes.filter(({ unique }) => unique).length,
      found => found.indexes.filter(index => keepsUnique(index) && index.of !== 'primary key').length,
    ),
    count(
      'foreign key',
      plan => plan.foreignKeys.length,
      found => found.foreignKeys.length,
    ),
    count(
      'check',
      plan => plan.checks.length,
      found => found.checks.length,
    ),
    count(
      'index',
      plan => plan.indexes.filter(({ unique }) => !unique).length,
      found => found.indexes.filter(index => !keepsUnique(index)).length,
    ),
    count(
      'NOT NULL',
      plan => plan.columns.filter(({ notNull }) => notNull).length,
      found => found.columns.filter(({ notNull }) => notNull).length,
    ),
    count(
      'default',
      plan => plan.columns.filter(column => column.default !== undefined).length,
      found => found.columns.filter(column => column.default !== undefined && !column.numbered).length,
    ),
    count(
      'numbered column',
      plan => plan.columns.filter(({ identity }) => identity).length,
      found => found.columns.filter(({ numbered }) => numbered).length,
    ),
    count(
      'generated column',
      plan => plan.columns.filter(({ generated }) => generated !== undefined).length,
      found => found.columns.filter(({ generated }) => generated !== undefined).length,
    ),
    count(
      'statistics',
      plan => plan.statistics.length,
      found => found.statistics.length,
    ),
  ].filter(({ expected, found }) => expected + found > 0)
}
