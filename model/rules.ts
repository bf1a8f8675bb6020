/** Rules of a plan about what the target has to hold, and what became of them. */
import type { Scalar } from './column-default.ts'
import type { JsonShape } from './json-shape.ts'

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

/** What a table has besides rows, counted by type. */
export const CONSTRAINTS = [
  'primary_key',
  'foreign_key',
  'unique',
  'check',
  'exclusion',
  'not_null',
  'index',
] as const
export type ConstraintKind = (typeof CONSTRAINTS)[number]

/** A rule as the plan file has it: tables and columns by their names in the source. */
export type Rule = { name?: string } & (
  | RowsRule
  | { kind: 'orphans'; all: true }
  | { kind: 'orphans'; table: string; columns: string[]; references: { table: string; columns?: string[] } }
  | { kind: 'allowed'; table: string; column: string; values: Exclude<Scalar, null>[]; orNull: boolean }
  | { kind: 'required'; table: string; columns: string[] }
  | { kind: 'unique'; table: string; columns: string[]; ignoreCase: boolean }
  | { kind: 'json'; table: string; column: string; shape?: JsonShape }
  | { kind: 'range'; table: string; column: string; min?: string | number; max?: string | number }
  | { kind: 'no-rows'; sql: string }
  | { kind: 'same'; source: string; target: string }
  /** Without a table: over all tables of the plan. */
  | { kind: 'constraints'; table?: string; counts: Partial<Record<ConstraintKind, number>> }
)

export interface RowsRule {
  kind: 'rows'
  table: string
  min?: number
  max?: number
  /** Absent, as `min` and `max` are: as many rows as the source has. */
  expected?: number
  /** How many rows it may be off, or which part of them. */
  within?: { rows: number } | { percent: number }
}

export interface RuleResult {
  /** As the plan file has it, or made from its kind and its columns. */
  name: string
  kind: RuleKind
  /** `left out`: it is about a table that the command line leaves out. */
  verdict: 'holds' | 'broken' | 'not checked' | 'left out'
  /** Rows that break it, where rows do. */
  rows?: number
  /** What is wrong, or why it was not checked; without values of rows and without a full stop. */
  reason?: string
}

/** Whether a run with this result is none without differences. */
export const isUnfulfilled = ({ verdict }: RuleResult): boolean =>
  verdict === 'broken' || verdict === 'not checked'

/** A rule that does not hold as a line of the run's end. */
export const ruleDifference = ({ name, verdict, reason }: RuleResult): string =>
  `rule ${name}: ${verdict === 'broken' ? '' : 'not checked: '}${reason ?? 'does not hold'}`

/** Whether a line of the run's end is of that kind. */
export const isRuleLine = (line: string): boolean => line.startsWith('rule ')

/** Whether rules that do not hold are all that is amiss. */
export const onlyRules = (differences: readonly string[]): boolean =>
  differences.length > 0 && differences.every(isRuleLine)
