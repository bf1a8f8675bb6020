/** A plan in the making: what the parts of the planner hand to each other. */
import type { TableFacts } from '../assessment.ts'
import type { Finding } from '../finding.ts'
import { type ColumnPlan, isExclusion, type LeftOut, type TablePlan } from '../plan.ts'
import type { PlanRequest } from '../plan-request.ts'
import type { Schema, Table } from '../schema.ts'
import type { ExistingTable, TargetDescription } from '../target.ts'
import type { PlannedExpression } from './expressions.ts'
import type { Families } from './families.ts'
import { lookUp } from './names.ts'

/** What everything is planned from, and where findings and left-out objects are gathered. */
export interface Planning {
  schema: Schema
  target: TargetDescription
  request: PlanRequest
  findings: Finding[]
  leftOut: LeftOut[]
  /** Types of columns that foreign keys join. */
  families: Families
  /** `Policies.collation`, once the tables are drafted. */
  collation?: string
  /** Names of relations in the target's schema: those that are there, and those that the plan gives. */
  relations: Set<string>
  /** Expressions that were translated, for trying them on both engines. */
  expressions: PlannedExpression[]
  /** By `PlannedExpression.id`: those that do not do the same there, with the reason. */
  rejected: ReadonlyMap<string, string>
  /** Names of functions there, likewise; each trigger has one. */
  functions: Set<string>
}

export interface Draft {
  table: Table
  facts: TableFacts
  plan: TablePlan
  /** The table of the target that is loaded into or replaced. */
  existing?: ExistingTable
}

/** The plan of a source column; undefined where the plan does not write it. */
export function columnOf(draft: Draft, name: string): ColumnPlan | undefined {
  return lookUp(draft.plan.columns, name)
}

/** Source columns as names in the target; undefined where one of them is not written. */
export function targetColumns(draft: Draft, names: readonly string[]): string[] | undefined {
  const columns = names.map(name => columnOf(draft, name)?.target)
  return columns.every(column => column !== undefined) ? columns : undefined
}

/** Names that constraints of the table have so far; those of indexes that keep rows apart by hash are such. */
export function constraintNames({ primaryKey, uniques, checks, indexes }: TablePlan): string[] {
  const named = [primaryKey, ...uniques, ...checks, ...indexes.filter(isExclusion)]
  return named.flatMap(constraint => constraint?.name ?? [])
}

/** Where a planner of any direction gathers what it has to say. */
export interface Gathering {
  request: { scope: PlanRequest['scope'] }
  findings: Finding[]
  leftOut: LeftOut[]
}

/** Something of the source that the target will lack: a finding, and its SQL kept in the plan. */
export function leaveOut(
  planning: Gathering,
  object: LeftOut,
  finding: Omit<Finding, 'severity' | 'message'>,
): void {
  planning.leftOut.push(object)
  // `data` loads into a schema that somebody else answers for.
  const severity =
    planning.request.scope === 'data' || planning.request.scope === 'check' ? 'note' : 'incomplete'
  planning.findings.push({ ...finding, severity, message: object.reason })
}

/** The same where nothing is amiss: it is left to others, or holds nothing of its own. */
export function leaveWithNote(planning: Gathering, object: LeftOut, code: string): void {
  planning.leftOut.push(object)
  planning.findings.push({
    ...{ code, severity: 'note', object: `${object.kind} ${object.name}` },
    message: object.reason,
  })
}
