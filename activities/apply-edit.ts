/** A change of the how of a paused run: a new revision of its plan. */
import type { Edit } from '../model/control.ts'
import { Failure } from '../model/failure.ts'
import type { PlanSummary, RunPlace } from '../model/payloads.ts'
import type { Work } from './edge.ts'

/** Writes the new revision into the ledger, cuts chunks that are not copied anew, and gives the new summary. */
export async function applyEdit(
  _work: Work,
  { place }: { place: RunPlace; edit: Edit; revision: number },
): Promise<PlanSummary> {
  throw new Failure({ code: 'internal', object: `run ${place.run}`, message: 'plans cannot be edited yet' })
}
