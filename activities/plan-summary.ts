/** What the workflow needs to know of a plan: names, sizes, groups; the plan itself stays in the ledger. */
import { isAccepted, type Severity, withoutExample } from '../model/finding.ts'
import { groupFindings, missingLine } from '../model/finding-groups.ts'
import type { PlanSummary, TableGroup } from '../model/payloads.ts'
import type { Plan, TablePlan } from '../model/plan.ts'

/** Tables up to this size share a child workflow: an activity costs more than their rows. */
const SMALL_BYTES = 4 * 1024 * 1024
const GROUP_BYTES = 16 * 1024 * 1024
const GROUP_TABLES = 250
/**
 * Tables that have a child workflow for themselves: each child costs the run's history 14 events, and Temporal ends
 * a workflow at 51,200.
 */
const MOST_ALONE = 1000
/** Tables with rows beyond this go one after the other through one lane: memory is for one of them. */
const HUGE_ROW = 16 * 1024 * 1024

export function summarize({ what, how, hash, findings, revision = 1 }: Plan): PlanSummary {
  const open = findings.filter(f => !isAccepted(f, what.accept))
  const count = (severity: Severity) => open.filter(f => f.severity === severity).length
  return {
    hash,
    groups: groupsOf(what.tables, how.chunkBytes, how.lanes),
    tables: what.tables.map(({ name, rows }) => ({ name, rows })),
    views: what.views.length,
    sideBySide: how.tables,
    onFailure: what.policies.onFailure,
    scope: what.policies.scope,
    counts: {
      refused: count('refused'),
      consent: count('consent'),
      incomplete: count('incomplete'),
      warning: count('warning'),
      note: count('note'),
    },
    // Examples hold keys of rows, and this goes into the workflow's history.
    refusals: open
      .filter(f => f.severity === 'refused' || f.severity === 'consent')
      .slice(0, 200)
      .map(withoutExample),
    incomplete: groupFindings(open.filter(f => f.severity === 'incomplete'))
      .map(missingLine)
      .slice(0, 500),
    gates: what.policies.gates ?? [],
    ...{ revision, how },
    findings: findings.slice(0, 200).map(withoutExample),
    dump: what.policies.backup === 'dump',
  }
}

/** Large tables alone, the largest first; those that are left together at the end. */
function groupsOf(tables: readonly TablePlan[], chunkBytes: number, lanes: number): TableGroup[] {
  const isHuge = (t: TablePlan) => (t.largestRow ?? 0) > HUGE_ROW
  const huge = tables.filter(isHuge)
  const large = tables.filter(t => !isHuge(t) && t.bytes > SMALL_BYTES)
  const alone = large.slice(0, MOST_ALONE)
  const groups: TableGroup[] = alone.map(t => ({
    tables: [t.name],
    rows: t.rows,
    lanes: t.bytes > 2 * chunkBytes ? lanes : 1,
  }))
  if (huge.length > 0) groups.unshift(groupOf(huge))
  const small = tables.filter(t => !isHuge(t) && t.bytes <= SMALL_BYTES)
  return [...groups, ...together([...large.slice(MOST_ALONE), ...small])]
}

/** However large they are, these are no more than `MOST_ALONE` groups, and those of so many tables. */
function together(tables: readonly TablePlan[]): TableGroup[] {
  const most = Math.max(GROUP_BYTES, sumOf(tables.map(t => t.bytes)) / MOST_ALONE)
  const groups: TablePlan[][] = []
  let bytes = 0
  for (const table of tables) {
    const group = groups.at(-1)
    if (group && bytes <= most && group.length < GROUP_TABLES) group.push(table)
    else groups.push([table])
    bytes = table.bytes + (groups.at(-1) === group ? bytes : 0)
  }
  return groups.map(groupOf)
}

const groupOf = (tables: readonly TablePlan[]): TableGroup => ({
  tables: tables.map(({ name }) => name),
  rows: sumOf(tables.map(({ rows }) => rows)),
  lanes: 1,
})

const sumOf = (numbers: number[]): number => numbers.reduce((sum, n) => sum + n, 0)
