/** What operators did to a run, in lines. */
import type { OperatorEvent, SignOff } from '../../model/control.ts'
import { oneLine } from '../../model/name-text.ts'

/** `2026-01-31T12:00:00Z  pause events by ana: index first`. */
export function eventLine({ at, kind, object, by, comment, detail }: OperatorEvent): string {
  const head = [kind, object, detail && `(${detail})`, by && `by ${by}`].filter(Boolean).join(' ')
  return `  ${at.replace(/\.\d+Z$/, 'Z')}  ${oneLine(comment ? `${head}: ${comment}` : head)}`
}

/** `before-copy: approved by ana, 2026-01-31T12:00:00Z: plan read`. */
export function signOffLine({ gate, decision, by, at, comment }: SignOff): string {
  return `  ${gate}: ${decision} by ${oneLine(by)}, ${at.replace(/\.\d+Z$/, 'Z')}${comment ? `: ${oneLine(comment)}` : ''}`
}
