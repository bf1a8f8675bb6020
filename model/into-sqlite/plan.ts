/**
 * The planner of PostgreSQL → SQLite: from what the source is, what the file is like and what the user asks for to the
 * plan that a run executes. Whatever is wrong is a finding; all of them come at once.
 */

import { NOTHING_TO_COPY, unusedConsents } from '../build-plan/consent.ts'
import { mistakeFinding, requestMistakes, selectTables } from '../build-plan/selection.ts'
import { bySeverity, type Finding } from '../finding.ts'
import { hashPlan } from '../hash-plan.ts'
import { isLoadedInto, type Plan, type PlanWhat, type ViewPlan } from '../plan.ts'
import { planHead } from '../plan-head.ts'
import type { IntoSqliteRequest } from '../plan-request.ts'
import type { PostgresSchema, PostgresTable } from '../postgres-schema.ts'
import { planColumns } from './columns.ts'
import type { Draft, Planning } from './draft.ts'
import { matchColumns } from './existing.ts'
import { planForeignKeys } from './foreign-keys.ts'
import { planIndexes } from './indexes.ts'
import { planKeys } from './keys.ts'
import { listLeftOut } from './left-out.ts'
import { planRules } from './rules.ts'
import { draftTables, refuseRejected } from './tables.ts'
import type { SqliteTarget } from './target.ts'
import { unservedWishes } from './unserved.ts'
import { planViews } from './views.ts'

/**
 * Makes the plan. A plan with a `refused` finding must not run.
 *
 * @param rejected by object of a finding: what SQLite does not take, or answers differently, with the reason
 */
export function planIntoSqlite(
  origin: PostgresSchema,
  target: SqliteTarget,
  request: IntoSqliteRequest,
  rejected: ReadonlyMap<string, string> = new Map(),
): Plan {
  const named = { tables: origin.tables, others: namedOthers(origin) }
  const planning: Planning = {
    ...{ origin, target, request, rejected },
    strict: request.strict ?? false,
    findings: [
      ...requestMistakes(named, request).map(mistake => mistakeFinding(mistake, request.file?.file)),
      ...unservedWishes(request),
    ],
    leftOut: [],
    names: new Set(),
  }
  const { chosen, skipped } = selectTables(named, request)
  const drafts = draftTables(planning, withoutParts(planning, chosen))
  for (const draft of drafts) {
    if (isLoadedInto(draft.plan)) matchColumns(planning, draft)
    else planColumns(planning, draft)
  }
  const made = drafts.filter(({ plan }) => !isLoadedInto(plan))
  for (const draft of made) {
    planKeys(planning, draft)
    planRules(planning, draft)
    planIndexes(planning, draft)
  }
  planForeignKeys(planning, drafts, made)
  refuseRejected(planning, made)
  listLeftOut(planning, drafts, skipped)
  const views = planViews(planning, drafts)
  if (drafts.length === 0) planning.findings.push(NOTHING_TO_COPY)
  else planning.findings.push(...aboutTexts(origin, drafts))
  return finish(planning, drafts, views)
}

/** What a request may name by mistake. */
const namedOthers = ({ views, others }: PostgresSchema) => [
  ...views.map(({ name, materialized }) => ({ name, kind: materialized ? 'materialized view' : 'view' })),
  ...others,
]

/** Partitions go with their table, where that goes. */
function withoutParts(
  { origin, request, findings }: Planning,
  chosen: readonly PostgresTable[],
): PostgresTable[] {
  const names = new Set(chosen.map(({ name }) => name))
  const goesAlong = (table: PostgresTable): boolean => {
    if (table.partitionOf === undefined) return false
    const parent = origin.tables.find(({ name }) => name === table.partitionOf)
    return parent !== undefined && (names.has(parent.name) || goesAlong(parent))
  }
  for (const table of origin.tables) {
    if (request.tables || request.file?.include || names.has(table.name) || !goesAlong(table)) continue
    findings.push({
      code: 'partition-left-out',
      severity: 'refused',
      object: `table ${table.name}`,
      message: 'it is a partition of a table that is migrated with all of its rows',
      remedy: 'Leave out the whole table, or name the partitions with --tables',
    })
  }
  return chosen.filter(table => !goesAlong(table))
}

/** What holds for all texts of the database. */
function aboutTexts({ encoding }: PostgresSchema, drafts: readonly Draft[]): Finding[] {
  const hasTexts = drafts.some(({ carried }) =>
    [...carried.values()].some(({ type }) => type.kind === 'text'),
  )
  if (!hasTexts || encoding !== 'SQL_ASCII') return []
  return [
    {
      code: 'encoding-unknown',
      severity: 'warning',
      object: 'source',
      message:
        'the database does not say in which encoding its texts are: those that are not UTF-8 do not come out as they are, and differ in the comparison',
    },
  ]
}

function finish(planning: Planning, drafts: readonly Draft[], views: ViewPlan[]): Plan {
  const { request, findings, leftOut } = planning
  findings.push(...unusedConsents(findings, request.accept))
  const what: PlanWhat = {
    ...planHead(request),
    tables: drafts.map(({ plan }) => plan).sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
    views,
    triggers: [],
    leftOut,
  }
  // SQLite has one writer.
  const how = { ...request.how, tables: 1, lanes: 1 }
  return { what, how, hash: hashPlan(what), findings: findings.sort(bySeverity) }
}
