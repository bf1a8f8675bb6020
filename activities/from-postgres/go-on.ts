/** A run whose snapshot was lost goes on with a new one: what it has copied is compared, and what it expects is counted anew. */
import type { Plan } from '../../model/plan.ts'
import type { CarryRequest, IntoSqliteRequest } from '../../model/plan-request.ts'
import { renewedPlan } from '../../model/renewed-plan.ts'
import { readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { readSource } from './assess.ts'
import { compared, isStale, retakeSnapshot } from './retake-snapshot.ts'

/** What a direction does for it. */
export interface Stale {
  /** Whether all rows are in: then nothing is read any more. */
  isCopied: () => Promise<boolean>
  /** Compares what is copied with the new snapshot; tables that differ are emptied, and their chunks forgotten. */
  compare: () => Promise<StaleTables>
  /** Keeps the plan with its new sizes in the ledger. */
  note: (plan: Plan) => Promise<void>
}

export interface StaleTables {
  /** Tables whose copied rows are what the new snapshot has. */
  same: number
  /** Names of those that were emptied, to be copied anew. */
  anew: string[]
}

/** Does nothing while the snapshot is there, or all rows are in. Fails with `drift` where the plan no longer fits. */
export async function goOnWithNewSnapshot(
  work: Work,
  run: string,
  request: CarryRequest | IntoSqliteRequest,
  { isCopied, compare, note }: Stale,
): Promise<void> {
  const { home, log } = work
  if ((await isCopied()) || !(await isStale(work, run, request.source))) return
  await retakeSnapshot(work, run, request.source)
  const origin = await readSource(home, run, request)
  const plan = renewedPlan(readArtifact(home, run, 'plan'), readArtifact(home, run, 'origin'), origin)
  const { same, anew } = await compare()
  await note(plan)
  writeArtifact(home, run, 'plan', plan)
  writeArtifact(home, run, 'origin', origin)
  const list = anew.length > 0 ? ` (${anew.join(', ')})` : ''
  compared(
    work,
    run,
    `of the tables with copied rows ${same} are as they were, ${anew.length} start anew${list}`,
  )
  log.info({ same, anew: anew.length }, 'compared with the new snapshot')
}
