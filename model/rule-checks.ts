/** Rules in the names of the target: what there is to check. */
import type { JsonShape } from './json-shape.ts'
import type { ColumnPlan, TablePlan } from './plan.ts'
import type { ConstraintKind, RuleKind } from './rules.ts'

export type Place = TablePlan['target']
export type RuleColumn = Pick<ColumnPlan, 'name' | 'target' | 'type'>

/** What is to be asked of the target (`same`: of both). */
export type RuleCheck =
  | { kind: 'rows'; in: Place; least: number; most: number }
  | { kind: 'orphans'; in: Place; columns: RuleColumn[]; parent: Place; parentColumns: RuleColumn[] }
  | { kind: 'allowed'; in: Place; column: RuleColumn; values: string[]; orNull: boolean }
  | { kind: 'required'; in: Place; columns: RuleColumn[] }
  | { kind: 'unique'; in: Place; columns: RuleColumn[]; ignoreCase: boolean }
  | { kind: 'json'; in: Place; column: RuleColumn; shape?: JsonShape }
  | { kind: 'range'; in: Place; column: RuleColumn; min?: string; max?: string }
  | { kind: 'no-rows'; sql: string }
  | { kind: 'same'; source: string; target: string }
  | { kind: 'constraints'; tables: Place[]; counts: Partial<Record<ConstraintKind, number>> }

/** What a rule comes to: something to check, a mistake, which preflight refuses, or why it need not be checked. */
export type Outcome = { check: RuleCheck } | { problem: string; remedy: string } | { leftOut: string }

/** `at`: which one of the file's list; `orphans: all` comes to as many as there are foreign keys. */
export type PlannedRule = { name: string; kind: RuleKind; at: number } & Outcome
