/** A plan whose translated expressions were tried on both engines; what does something else there is left out. */
import { type PlanInput, planAndExpressions } from '../model/build-plan.ts'
import { isNowhere } from '../model/endpoint.ts'
import type { Plan } from '../model/plan.ts'
import { needSnapshot } from './artifacts.ts'
import { runJob } from './jobs.ts'

/** Plans, tries, and plans anew without what failed. Where no target was named, nothing can be tried. */
export async function planVerified(home: string, run: string, input: PlanInput): Promise<Plan> {
  const { target } = input.request
  const rejected = new Map<string, string>()
  const tried = new Set<string>()
  for (;;) {
    const { plan, expressions } = planAndExpressions({ ...input, rejected })
    // An expression that leans on a rejected one comes out anew.
    const untried = expressions.filter(({ id, sql }) => !tried.has(`${id} ${sql}`))
    if (isNowhere(target) || untried.length === 0) return plan
    for (const { id, sql } of untried) tried.add(`${id} ${sql}`)
    const failed = await runJob('verify', {
      ...{ home, run, target },
      snapshot: needSnapshot(home, run),
      tables: plan.what.tables,
      expressions: untried,
    })
    if (failed.length === 0) return plan
    for (const { id, reason } of failed) rejected.set(id, reason)
  }
}
