/** Which tables of a run a rollback means. */
import { didYouMean } from './did-you-mean.ts'
import { Failure } from './failure.ts'
import type { PlanWhat, TablePlan } from './plan.ts'
import type { RollbackScope } from './rollback.ts'

/** Those named, by their names in the source or as `schema.name` of the target, else all. Fails with `usage`. */
export function tablesOfScope({ tables }: PlanWhat, { tables: names }: RollbackScope): TablePlan[] {
  if (!names) return tables
  return names.map(name => {
    const found = tables.find(t => t.name === name || `${t.target.schema}.${t.target.name}` === name)
    if (found) return found
    const near = didYouMean(
      name,
      tables.map(t => t.name),
    )
    throw new Failure({
      code: 'usage',
      object: `table "${name}"`,
      message: 'is none of this run',
      remedy: near === undefined ? 'See its tables with "longhaul show"' : `Perhaps "${near}" is meant`,
    })
  })
}
