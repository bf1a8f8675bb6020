/** Names of the sequences behind identity columns, which are relations as tables, views and indexes are. */
import type { Draft, Planning } from './draft.ts'
import { assignNames } from './names.ts'

/** Holds the names that PostgreSQL would choose, and gives another where it is too long or something else's. */
export function nameSequences(planning: Planning, { plan }: Draft): void {
  for (const { target, identity } of plan.columns) {
    if (!identity) continue
    const usual = `${plan.target.name}_${target}_seq`
    const [name] = assignNames([usual], planning.relations)
    if (name !== usual) identity.sequence = name!
  }
}
