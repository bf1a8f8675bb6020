/** A change of the how of a paused run: a new revision of its plan. */
import { holders } from '../ledger/claims.ts'
import { mustBeHeld, type OpenRange, openRanges, type Recut, revise } from '../ledger/revision.ts'
import type { Edit } from '../model/control.ts'
import { editPlan } from '../model/edit-plan.ts'
import { type PackedSummary, packed } from '../model/packed-summary.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Plan, TablePlan } from '../model/plan.ts'
import type { Cell } from '../model/types.ts'
import { needSnapshot, writeArtifact } from './artifacts.ts'
import { chunkRows } from './cut-tables.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'
import { summarize } from './plan-summary.ts'
import { dispossess, type Target, tableOf, withTarget } from './target.ts'

interface EditInput {
  place: RunPlace
  edit: Edit
  revision: number
}

/** Of a table's range: where it is cut into chunks of so many rows. */
export interface RangeToCut {
  table: TablePlan
  rows: number
  range: OpenRange
}
type BoundsOf = (cuts: RangeToCut[]) => Promise<Cell[][][]>

/** Runs on the host of the snapshot. */
export const applyEdit = (work: Work, input: EditInput): Promise<PackedSummary> =>
  applyEditWith(work, input, cuts =>
    runJob('bounds', { snapshot: needSnapshot(work.home, input.place.run), cuts }),
  )

/**
 * Writes the new revision into the ledger, cuts chunks that are not copied anew, and gives the new summary. To be
 * done while the run is held. An attempt after a killed one finds its revision there.
 */
export async function applyEditWith(
  { home, log }: Work,
  { place, edit, revision }: EditInput,
  boundsOf: BoundsOf,
): Promise<PackedSummary> {
  return withTarget(home, place, async target => {
    const plan =
      target.plan.revision === revision ? target.plan : await edited(target, edit, revision, boundsOf)
    writeArtifact(home, place.run, 'plan', plan)
    log.info({ revision, hash: plan.hash, how: plan.how }, 'plan edited')
    return packed(summarize(plan))
  })
}

async function edited(target: Target, edit: Edit, revision: number, boundsOf: BoundsOf): Promise<Plan> {
  const { client, ledger, token } = target
  const plan = editPlan(target.plan, edit, revision)
  await mustBeHeld(client, ledger, token)
  // A lane that is still at its last chunk, or has stalled in it, would find the chunk gone at its end.
  for (const holder of await holders(client, ledger, token.run)) await dispossess(target)(holder)
  const ranges = (await openRanges(client, ledger, token.run)).filter(range =>
    isCutAnew(range, target.plan, plan),
  )
  await revise(client, ledger, token, plan, await cut(plan, ranges, boundsOf))
  return plan
}

function isCutAnew({ table: name }: OpenRange, before: Plan, after: Plan): boolean {
  const table = tableOf(after, name)
  return table.access.by !== 'whole' && chunkRows(table, before.how) !== chunkRows(table, after.how)
}

async function cut(plan: Plan, ranges: OpenRange[], boundsOf: BoundsOf): Promise<Recut[]> {
  if (ranges.length === 0) return []
  const cuts = ranges.map(range => {
    const table = tableOf(plan, range.table)
    return { table, rows: chunkRows(table, plan.how), range }
  })
  const bounds = await boundsOf(cuts)
  return ranges.map((range, i) => ({ range, bounds: bounds[i]! }))
}
