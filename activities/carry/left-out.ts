/** A run's plan without what belongs to tables that operators left out. */
import type { Target } from '../target.ts'
import { withoutLeftOut } from '../target.ts'

export async function stillCarried(whole: Target): Promise<Target> {
  const { target } = await withoutLeftOut(whole)
  const { what } = target.plan
  const names = new Set(what.tables.map(({ name }) => name))
  const carried = (what.carried ?? []).filter(({ table }) => table === undefined || names.has(table))
  return { ...target, plan: { ...target.plan, what: { ...what, carried } } }
}
