/** Whether rows that are added would meet keys that are there, or each other's. */
import { isNowhere } from '../model/endpoint.ts'
import type { Finding } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import type { PlanRequest } from '../model/plan-request.ts'
import type { TargetDescription } from '../model/target.ts'
import { needSnapshot } from './artifacts.ts'
import type { KeyThere } from './collision-job.ts'
import { runJob } from './jobs.ts'

/** Findings with examples by key; none for a plan that is refused anyhow. */
export async function collisionFindings(
  home: string,
  run: string,
  { target: endpoint }: PlanRequest,
  target: TargetDescription,
  plan: Plan,
): Promise<Finding[]> {
  const keys = [...keysThere(plan, target), ...keysOfOthers(plan)]
  const refused = plan.findings.some(({ severity }) => severity === 'refused')
  if (keys.length === 0 || refused || isNowhere(endpoint)) return []
  return runJob('findCollisions', { home, run, target: endpoint, snapshot: needSnapshot(home, run), keys })
}

/** Keys by which rows are told apart, where the source does not keep its rows apart by the same. */
function keysOfOthers({ what }: Plan): KeyThere[] {
  return what.tables.flatMap(table => {
    const { upsert, key, columns } = table
    if (!upsert || table.rows === 0) return []
    const own = columns.filter(({ name }) => key.includes(name)).map(({ target }) => target)
    const names = upsert.key.map(({ name }) => name)
    const same = own.length === names.length && names.every(name => own.includes(name))
    return same ? [] : [{ table, columns: names, among: 'source' as const }]
  })
}

/** Keys of which a column is not written are filled by the target, which sees to it that they are new. */
function keysThere({ what }: Plan, target: TargetDescription): KeyThere[] {
  return what.tables
    .filter(({ action, rows }) => action === 'append' && rows > 0)
    .flatMap(table => {
      const there = target.tables.find(({ name }) => name === table.target.name)
      if (!there?.hasRows) return []
      const written = new Set(table.columns.map(column => column.target))
      return [...(there.primaryKey ? [there.primaryKey] : []), ...there.uniques]
        .filter(columns => columns.every(name => written.has(name)))
        .map(columns => ({ table, columns, among: 'target' as const }))
    })
}
