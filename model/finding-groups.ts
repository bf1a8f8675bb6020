/** Findings that say the same of many objects, as one: 40 equal lines hide the one that is not. */
import type { Finding } from './finding.ts'
import { escapeControls } from './name-text.ts'

export interface FindingGroup<F extends Finding = Finding> {
  /** The first of them. */
  finding: F
  /** What it is about: one object, or all those of which the same is said. */
  objects: string[]
  /** The same way on for all of them. */
  sameRemedy: boolean
}

/** From so many on, equal findings are one group. */
const LEAST = 4

/** Groups by code, severity and message, each group in the place of its first finding. */
export function groupFindings<F extends Finding>(findings: readonly F[]): FindingGroup<F>[] {
  const same = Map.groupBy(findings, ({ code, severity, message }) =>
    JSON.stringify([code, severity, message]),
  )
  return [...same.values()].flatMap(found =>
    found.length < LEAST ? found.map(finding => group([finding])) : [group(found)],
  )
}

function group<F extends Finding>(found: F[]): FindingGroup<F> {
  const finding = found[0]!
  return {
    finding,
    objects: found.map(({ object }) => object),
    sameRemedy: found.every(({ remedy }) => remedy === finding.remedy),
  }
}

/** The objects of a group by name, at most `most` of them: `a, b, c and 38 more`. */
export function showObjects({ objects }: FindingGroup, most: number): string {
  // A line end in a name must not begin a line that looks like another finding.
  const shown = objects.slice(0, most).map(escapeControls).join(', ')
  return objects.length > most ? `${shown} and ${objects.length - most} more` : shown
}

/** The remedy; where each object has its own, that of the first. */
export function groupRemedy({ finding, objects, sameRemedy }: FindingGroup): string | undefined {
  const { remedy } = finding
  if (remedy === undefined || sameRemedy) return remedy
  return `For ${objects[0]}, and likewise for the others: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`
}

/** What will not be in the target, in the words in which a run tells it as a difference. */
export function missingLine(group: FindingGroup): string {
  const { message, code } = group.finding
  return `${showObjects(group, MOST_SHOWN)}: ${message} (${code})`
}

/** Names that a line on a screen has room for. */
export const MOST_SHOWN = 3
