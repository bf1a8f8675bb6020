/** One thing that preflight wants the user to know, with what to do about it. */
export interface Finding {
  /** Kebab-case name, stable: scripts and `--accept` use it. */
  code: string
  severity: Severity
  /** What it is about: `users.created_at`, `view active_users`, `table orders`. */
  object: string
  /** One sentence without values and secrets. */
  message: string
  /** The way on, where there is one; a line for the plan file where that is the way. */
  remedy?: string
  /** The key of a row it is about, as in `id = 17`. For artifacts and screens: never in a workflow's history. */
  example?: string
}

/**
 * `refused`: the run does not start · `consent`: it does not start unless the user accepts this loss ·
 * `incomplete`: it runs, something of the source will not be in the target, and ends with status 4 unless
 * accepted · `warning` and `note`: for reading.
 */
export type Severity = 'refused' | 'consent' | 'incomplete' | 'warning' | 'note'

/** What may go into reports and histories: keys of rows stay in the assessment. */
export function withoutExample({ example: _, ...finding }: Finding): Finding {
  return finding
}

const ORDER: Severity[] = ['refused', 'consent', 'incomplete', 'warning', 'note']

/** The gravest first, then by object. */
export function bySeverity(a: Finding, b: Finding): number {
  return ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || a.object.localeCompare(b.object, 'en')
}

/** Whether `--accept CODE[:object]` (or `all-listed`) covers a finding; nobody can consent to what cannot be done. */
export function isAccepted(finding: Finding, accept: readonly string[]): boolean {
  if (finding.severity === 'refused') return false
  return accept.some(
    a => a === 'all-listed' || a === finding.code || a === `${finding.code}:${finding.object}`,
  )
}
