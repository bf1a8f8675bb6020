/**
 * The planner: from what the source holds, what the target is like and what the user asks for to the plan
 * that a run executes. Whatever is wrong is a finding; all of them come at once.
 */
import type { Assessment } from './assessment.ts'
import { carriedGrants, notCarriedOver } from './build-plan/carried-over.ts'
import { planChecks } from './build-plan/checks.ts'
import { planCollations } from './build-plan/column-collations.ts'
import { planColumns } from './build-plan/columns.ts'
import { conflictFindings } from './build-plan/conflict-clauses.ts'
import { NOTHING_TO_COPY, unusedConsents } from './build-plan/consent.ts'
import type { Draft, Planning } from './build-plan/draft.ts'
import { matchColumns } from './build-plan/existing.ts'
import { rightsFindings } from './build-plan/existing-rights.ts'
import { compareRules } from './build-plan/existing-rules.ts'
import type { PlannedExpression } from './build-plan/expressions.ts'
import { planFamilies } from './build-plan/families.ts'
import { planForeignKeys } from './build-plan/foreign-keys.ts'
import { planGenerated } from './build-plan/generated.ts'
import { planKeys } from './build-plan/keys.ts'
import { listLeftOut } from './build-plan/left-out.ts'
import { limitFindings } from './build-plan/limits.ts'
import { planLongKeys } from './build-plan/long-keys.ts'
import { optimize } from './build-plan/optimize.ts'
import { copyOrder } from './build-plan/order.ts'
import { freeNames, planAside } from './build-plan/replaced.ts'
import { mistakeFinding, requestMistakes, selectTables } from './build-plan/selection.ts'
import { nameSequences } from './build-plan/sequences.ts'
import { draftTables, largestRow } from './build-plan/tables.ts'
import { targetFindings } from './build-plan/target-checks.ts'
import { planTriggers } from './build-plan/triggers.ts'
import { planUpsert } from './build-plan/upsert.ts'
import { nameViews, planViews } from './build-plan/views.ts'
import { planVirtual } from './build-plan/virtual.ts'
import { bySeverity } from './finding.ts'
import { hashPlan } from './hash-plan.ts'
import { isLoadedInto, type Plan, type PlanWhat } from './plan.ts'
import { planHead } from './plan-head.ts'
import type { PlanRequest } from './plan-request.ts'
import type { ExistingTable, TargetDescription } from './target.ts'

export type { PlannedExpression } from './build-plan/expressions.ts'
export { requestMistakes, wantsEveryDigit } from './build-plan/selection.ts'

export interface PlanInput {
  assessment: Assessment
  target: TargetDescription
  request: PlanRequest
  /** By `PlannedExpression.id`: what does not do the same in the target, with the reason. */
  rejected?: ReadonlyMap<string, string>
}

/** Makes the plan. A plan with a `refused` finding must not run. Throws only on a defect of longhaul's own. */
export function buildPlan(input: PlanInput): Plan {
  return planAndExpressions(input).plan
}

/** The plan, and the expressions that were translated for it, to be tried on both engines. */
export function planAndExpressions(input: PlanInput): { plan: Plan; expressions: PlannedExpression[] } {
  const planning = begin(input)
  return { plan: makePlan(planning, input), expressions: planning.expressions }
}

function makePlan(planning: Planning, { assessment, target, request }: PlanInput): Plan {
  const { chosen, skipped } = selectTables(assessment.schema, request)
  const drafts = draftTables(planning, chosen, assessment)
  freeNames(planning, drafts)
  const viewNames = nameViews(planning)
  planning.families = planFamilies(planning, drafts)
  for (const draft of drafts) planTable(planning, draft)
  const made = drafts.filter(({ plan }) => !isLoadedInto(plan))
  planCollations(planning, drafts)
  for (const draft of made) {
    planGenerated(planning, draft)
    nameSequences(planning, draft)
  }
  planKeys(planning, made)
  planLongKeys(planning, made)
  planVirtual(planning, made)
  planChecks(planning, made)
  planForeignKeys(planning, drafts)
  planning.findings.push(
    ...made.flatMap(limitFindings),
    ...made.flatMap(conflictFindings),
    ...targetFindings(target, drafts, request.scope),
  )
  listLeftOut(planning, skipped)
  const views = planViews(planning, drafts, skipped, viewNames)
  const triggers = planTriggers(planning, drafts, skipped, views)
  const extras = request.types === 'optimized' ? optimize(planning, made) : { triggers: [] }
  const anew = { views: views.plans, triggers: [...triggers, ...extras.triggers] }
  planAside(planning, drafts, anew)
  if (drafts.length === 0) planning.findings.push(NOTHING_TO_COPY)
  return finish(planning, drafts, {
    ...(extras.extensions && { extensions: extras.extensions }),
    ...anew,
  })
}

function begin({ assessment, target, request, rejected = new Map() }: PlanInput): Planning {
  const { schema } = assessment
  const mistakes = requestMistakes(schema, request).map(mistake =>
    mistakeFinding(mistake, request.file?.file),
  )
  return {
    schema,
    target,
    request,
    findings: [...assessment.findings, ...mistakes],
    leftOut: [],
    families: new Map(),
    expressions: [],
    rejected,
    relations: new Set([...target.tables, ...target.relations].map(({ name }) => name)),
    functions: new Set(target.functions),
  }
}

function planTable(planning: Planning, draft: Draft): void {
  const { plan, table, facts, existing } = draft
  const uses = isLoadedInto(plan) && existing
  plan.columns = uses ? matchColumns(planning, draft, existing) : planColumns(planning, draft)
  plan.largestRow = largestRow(plan.columns, facts)
  const key = table.primaryKey?.columns ?? []
  plan.key = key.every(name => plan.columns.some(column => column.name === name)) ? key : []
  if (uses && plan.action === 'upsert') planUpsert(planning, draft, existing)
  if (uses) compareRules(planning, draft, existing)
  if (existing) planning.findings.push(...rightsFindings(planning, draft, existing))
  if (existing && plan.action === 'replace') planReplacement(planning, draft, existing)
}

function planReplacement(planning: Planning, draft: Draft, existing: ExistingTable): void {
  const grants = carriedGrants(draft, existing)
  if (grants.length > 0) draft.plan.grants = grants
  planning.findings.push(...notCarriedOver(planning, draft, existing))
}

function finish(
  planning: Planning,
  drafts: readonly Draft[],
  objects: Pick<PlanWhat, 'extensions' | 'views' | 'triggers'>,
): Plan {
  const { request, findings, leftOut } = planning
  findings.push(...unusedConsents(findings, request.accept))
  const head = planHead(request)
  const { collation } = planning
  const what: PlanWhat = {
    ...head,
    ...(collation !== undefined && { policies: { ...head.policies, collation } }),
    tables: copyOrder(drafts),
    ...objects,
    leftOut,
  }
  return { what, how: request.how, hash: hashPlan(what), findings: findings.sort(bySeverity) }
}
