/** A plan of PostgreSQL → PostgreSQL as SQL to read, or to run by hand. */
import type { CarriedObject, Plan } from '../../../model/plan.ts'
import { done, type Scripts, script, undone } from '../script.ts'
import { effectOf } from './effects.ts'

const ORDER: Record<CarriedObject['when'], number> = { pre: 0, table: 1, post: 2 }

/** Both scripts, without the ledger and the rows; the same plan gives the same text. */
export function carryScripts(plan: Plan): Scripts {
  const effects = [...(plan.what.carried ?? [])].sort((a, b) => ORDER[a.when] - ORDER[b.when]).map(effectOf)
  const taken = effects.filter(({ undo }) => undo.length > 0).toReversed()
  return {
    sql: script(plan, 'What a run of this plan executes in the target', effects.map(done)),
    rollback: script(plan, 'What takes a run of this plan back', taken.map(undone)),
  }
}
