/** What the target will not have, as lines: objects of one kind that are left out for one reason as one. */
import { showName } from './name-text.ts'
import type { LeftOut } from './plan.ts'

/** From so many on, they are one line. */
const LEAST = 4

/** `kind name: reason` of each, without indentation. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const groups = Map.groupBy(leftOut, ({ kind, reason }) => JSON.stringify([kind, reason]))
  return [...groups.values()].flatMap(group =>
    group.length < LEAST ? group.map(one => line([one])) : [line(group)],
  )
}

function line(group: LeftOut[]): string {
  const { kind, reason } = group[0]!
  return `${kind} ${group.map(({ name }) => showName(name)).join(', ')}: ${reason}`
}
