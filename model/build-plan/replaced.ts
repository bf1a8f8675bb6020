/** Tables that are replaced: what stands on them is replaced with them where the plan makes it anew, else in the way. */

import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { TriggerPlan, ViewPlan } from '../plan.ts'
import { quoteName } from '../sql-text.ts'
import type { RelationName } from '../target.ts'
import type { Draft, Planning } from './draft.ts'

/** Gives the names free that old tables take along, before new ones are given. */
export function freeNames(planning: Planning, drafts: readonly Draft[]): void {
  const { target, relations, functions } = planning
  const tables = replacedTables(drafts)
  if (tables.size === 0) return
  for (const { name, table } of target.relations)
    if (table !== undefined && tables.has(table)) relations.delete(name)
  const views = oldViews(planning)
  for (const { name } of views) relations.delete(name)
  const moved = new Set([...tables, ...views.map(({ name }) => name)])
  for (const { name, on } of target.triggerFunctions)
    if (on.every(isIn(planning, moved))) functions.delete(name)
}

/** Marks views and triggers whose predecessors are kept aside; what would stay behind refuses the run. */
export function planAside(
  planning: Planning,
  drafts: readonly Draft[],
  { views, triggers }: { views: ViewPlan[]; triggers: TriggerPlan[] },
): void {
  const tables = replacedTables(drafts)
  if (tables.size === 0) return
  const { target, findings } = planning
  const old = new Map(oldViews(planning).map(view => [view.name, view]))
  const replaced = views.filter(view => old.has(view.target.name))
  const moved = new Set([...tables, ...replaced.map(view => view.target.name)])
  for (const view of replaced) {
    view.replaces = true
    const { owns, readBy } = old.get(view.target.name)!
    const object = `view ${view.name}`
    findings.push(
      ...keptAside(planning, object, owns),
      ...inTheWay(object, readBy.filter(not(planning, moved))),
    )
  }
  for (const trigger of triggers) {
    const before = target.triggerFunctions.find(({ name }) => name === trigger.target)
    if (!before?.on.every(isIn(planning, moved))) continue
    trigger.replaces = true
    findings.push(...notOwner(planning, `trigger ${trigger.name}`, before.owns))
  }
  for (const { table, existing, plan } of drafts) {
    if (!existing || plan.action !== 'replace') continue
    const children = existing.referencedBy
      .filter(key => not(planning, tables)({ schema: key.schema, name: key.table }))
      .map(({ schema, table, name }) => ({ schema, name: `${table}.${name}` }))
    const readers = existing.views.filter(not(planning, moved))
    findings.push(...inTheWay(`table ${table.name}`, [...children, ...readers]))
  }
}

const replacedTables = (drafts: readonly Draft[]) =>
  new Set(drafts.filter(({ plan }) => plan.action === 'replace').map(({ plan }) => plan.target.name))

/** Views of the target that have the name of one of the source. */
function oldViews({ schema, target }: Planning) {
  const names = new Set(schema.others.filter(({ kind }) => kind === 'view').map(({ name }) => name))
  return target.views.filter(({ name }) => names.has(name))
}

const isIn =
  ({ target }: Planning, names: ReadonlySet<string>) =>
  ({ schema, name }: RelationName) =>
    schema === target.schema.name && names.has(name)

const not = (planning: Planning, names: ReadonlySet<string>) => (relation: RelationName) =>
  !isIn(planning, names)(relation)

function inTheWay(object: string, dependents: readonly RelationName[]): Finding[] {
  if (dependents.length === 0) return []
  const names = dependents.map(({ schema, name }) => showName(`${schema}.${name}`)).join(', ')
  return [
    {
      code: 'replace-has-dependents',
      severity: 'refused',
      object,
      message: `foreign keys or views depend on what stands in the target, and the plan does not make them anew: ${names}`,
      remedy: 'Load into it with --if-exists use or append, or drop what depends on it',
    },
  ]
}

function keptAside(planning: Planning, object: string, owns: boolean): Finding[] {
  const kept: Finding = {
    code: 'replace-keeps-old',
    severity: 'warning',
    object,
    message:
      'the old view stays in a schema longhaul_aside_…; its owner, grants and comments are not carried over',
    remedy: 'Set them up on the new view',
  }
  return [kept, ...notOwner(planning, object, owns)]
}

function notOwner({ target }: Planning, object: string, owns: boolean): Finding[] {
  if (owns) return []
  return [
    {
      code: 'not-owner',
      severity: 'refused',
      object,
      message: `what has its name in the target is moved aside, which only its owner may do, and the role ${showName(target.role)} is not`,
      remedy: `Connect as its owner, or let the owner make ${quoteName(target.role)} its owner`,
    },
  ]
}
