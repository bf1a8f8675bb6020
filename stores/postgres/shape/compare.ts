/** A table of the target against its plan: what it lacks, has otherwise, or has in a state that is of no use. */
import { isLoadedInto, type TablePlan } from '../../../model/plan.ts'
import { compareColumns } from './columns.ts'
import { compareChecks, compareForeignKeys, compareStatistics } from './constraints.ts'
import type { Difference, Part } from './difference.ts'
import { compareKeys } from './keys.ts'
import type { ForeignKeyShape, TableShape } from './shape.ts'

export interface Comparison {
  /** As the plan has it, for saying and doing. */
  plan: TablePlan
  /** The same with its expressions as the server prints them, for comparing. */
  wished: TablePlan
  found: TableShape
  /** The run made it, so that types and collations are its own as well. */
  ours: boolean
  /** Whether it is known of this foreign key what rows of the source it holds for. */
  knowsParent: (key: ForeignKeyShape) => boolean
  /** Whether a part of it is to be expected: what a run could not make, it has told. */
  wasMade: (part: Part) => boolean
  /** Whether the run has told this of it already. */
  isTold: (part: Part) => boolean
}

export function compareShape(comparison: Comparison): Difference[] {
  return [
    ...(isLoadedInto(comparison.plan) ? [] : compareColumns(comparison)),
    ...compareKeys(comparison),
    ...compareChecks(comparison),
    ...compareForeignKeys(comparison),
    ...compareStatistics(comparison),
  ]
}
