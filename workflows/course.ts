/** One run as its workflow sees it: what was asked, what is found out on the way, what can be told. */
import type { Work } from './carry.ts'
import type { Control } from './control.ts'
import type { MigrateInput, PlanSummary, RunPlace } from './messages.ts'
import type { RunProgress } from './run-progress.ts'

/** The run's end and its undo depend on how far this got. */
export interface Course {
  readonly input: MigrateInput
  readonly progress: RunProgress
  readonly control: Control
  /** Activities, under the orders. */
  readonly work: Work
  /** The run that goes on: the one asked for, or an unfinished one that was found. */
  run: string
  /** The run was begun by an earlier execution: the target may hold what that one wrote. */
  attached: boolean
  /** Set once there is a plan. */
  summary?: PlanSummary
  /** Set once the ledger is open: from then on the target may be written to. */
  place?: RunPlace
}
