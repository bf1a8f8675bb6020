/** What a plan comes to once the rows are in, as effects in the order of making. */
import { isLoadedInto, type PlanWhat, type TablePlan } from '../../model/plan.ts'
import { addCheck, addForeignKey, addPrimaryKey, addUnique, createIndex, type Effect } from './ddl.ts'
import { grantAgain } from './ddl-grants.ts'
import { createStatistics } from './ddl-optimized.ts'
import { createTrigger } from './ddl-triggers.ts'
import { createView } from './ddl-views.ts'

/** Keys, constraints, checks, indexes, statistics and grants of a table that the run makes. */
export function tableParts(table: TablePlan): Effect[] {
  return [
    ...addPrimaryKey(table),
    ...addUnique(table),
    ...table.checks.map(check => addCheck(table, check)),
    ...table.indexes.map(index => createIndex(table, index)),
    ...table.statistics.map(statistics => createStatistics(table, statistics)),
    ...grantAgain(table),
  ]
}

/** Foreign keys, which need both of their tables. */
export function foreignKeys({ tables }: PlanWhat): Effect[] {
  return tables
    .filter(table => !isLoadedInto(table))
    .flatMap(table => table.foreignKeys.map(key => addForeignKey(table, key)))
}

export const views = (what: PlanWhat): Effect[] => what.views.map(createView)

export const triggers = (what: PlanWhat): Effect[] => what.triggers.map(createTrigger)
