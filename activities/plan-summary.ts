/** What the workflow needs to know of a plan: names, sizes, groups; the plan itself stays in the ledger. */
import { isAccepted, type Severity, withoutExample } from '../model/finding.ts'
import { groupFindings, missingLine } from '../model/finding-groups.ts'
import type { PlanSummary, TableGroup } from '../model/payloads.ts'
import type { Plan, TablePlan } from '../model/plan.ts'

/** Tables up to this size share a child workflow: an activity costs more than their rows. */
const SMALL_BYTES = 4 * 1024 * 1024
const GROUP_BYTES = 16 * 1024 * 1024
const GROUP_TABLES = 250
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

/** Large tables alone, the largest first; small ones together at the end. */
function groupsOf(tables: readonly TablePlan[], chunkBytes: number, lanes: number): TableGroup[] {
  const isHuge = (t: TablePlan) => (t.largestRow ?? 0) > HUGE_ROW
  const huge = tables.filter(isHuge)
  const large = tables.filter(t => !isHuge(t) && t.bytes > SMALL_BYTES)
  const groups: TableGroup[] = large.map(t => ({
    tables: [t.name],
    rows: t.rows,
    lanes: t.bytes > 2 * chunkBytes ? lanes : 1,
  }))
  if (huge.length > 0) {
    groups.unshift({ tables: huge.map(t => t.name), rows: sumOf(huge.map(t => t.rows)), lanes: 1 })
  }
  let bytes = 0
  let group: TableGroup | undefined
  for (const table of tables.filter(t => t.bytes <= SMALL_BYTES)) {
    if (!group || bytes > GROUP_BYTES || group.tables.length >= GROUP_TABLES) {
      group = { tables: [], rows: 0, lanes: 1 }
      groups.push(group)
      bytes = 0
    }
    group.tables.push(table.name)
    group.rows += table.rows
    bytes += table.bytes
  }
  return groups
}

const sumOf = (numbers: number[]): number => numbers.reduce((sum, n) => sum + n, 0)
