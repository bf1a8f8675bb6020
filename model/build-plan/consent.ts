/** What planners of all directions say of a request as a whole. */
import { type Finding, isAccepted } from '../finding.ts'
import { isForSchema } from '../schema-compared.ts'

export const NOTHING_TO_COPY: Finding = {
  code: 'nothing-to-copy',
  severity: 'warning',
  object: 'source',
  message: 'no table is left to copy',
}

/** A consent that is spelled wrong would only show as status 4 at the end of a long run. */
export function unusedConsents(findings: readonly Finding[], accepted: readonly string[]): Finding[] {
  const losses = findings.filter(({ severity }) => severity === 'consent' || severity === 'incomplete')
  const isUnused = (accept: string): boolean =>
    accept !== 'all-listed' && !isForSchema(accept) && !losses.some(finding => isAccepted(finding, [accept]))
  return accepted.filter(isUnused).map(accept => ({
    code: 'accept-covers-nothing',
    severity: 'warning',
    object: accept,
    message: 'nothing in this plan needs this consent',
    remedy: 'Compare its spelling with the codes of the findings',
  }))
}
