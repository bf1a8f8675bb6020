/** The order of copying. */
import { isLoadedInto, type TablePlan } from '../plan.ts'
import type { Draft } from './draft.ts'

/**
 * Largest first, so that the longest copy does not begin last. Tables that are loaded into as they are come in
 * an order in which the target's own foreign keys find their parents; in a cycle size decides again.
 */
export function copyOrder(drafts: readonly Draft[]): TablePlan[] {
  const waiting = [...drafts].sort(
    (a, b) => b.plan.bytes - a.plan.bytes || (a.plan.name < b.plan.name ? -1 : 1),
  )
  const ordered: TablePlan[] = []
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      draft => !waiting.some(other => other !== draft && pointsTo(draft, other)),
    )
    const [next] = waiting.splice(Math.max(ready, 0), 1)
    ordered.push(next!.plan)
  }
  return ordered
}

/** Only tables that are loaded into have foreign keys while they are loaded; those of new ones are added at the end. */
function pointsTo(child: Draft, parent: Draft): boolean {
  if (!isLoadedInto(child.plan)) return false
  return child.existing!.foreignKeys.some(
    ({ references }) =>
      references.table === parent.plan.target.name && references.schema === parent.plan.target.schema,
  )
}
