/** Rules of a plan about the rows that the target has to have, and what became of them. */

export const RULES = [
  'rows',
  'orphans',
  'allowed',
  'required',
  'unique',
  'json',
  'range',
  'no-rows',
  'same',
  'constraints',
] as const
export type RuleKind = (typeof RULES)[number]

export interface RuleResult {
  /** As the plan file has it, or made from its kind and its columns. */
  name: string
  kind: RuleKind
  verdict: 'holds' | 'broken' | 'not checked'
  /** Rows that break it, where rows do. */
  rows?: number
  /** What is wrong, or why it was not checked; without values of rows and without a full stop. */
  reason?: string
}

/** A rule that does not hold as a line of the run's end. */
export const ruleDifference = ({ name, verdict, reason }: RuleResult): string =>
  `rule ${name}: ${verdict === 'broken' ? '' : 'not checked: '}${reason ?? 'does not hold'}`
