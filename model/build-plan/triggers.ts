/** Triggers: on tables that the run makes, and on views that stand in for tables. */
import { showName } from '../name-text.ts'
import { isLoadedInto, type TriggerPlan } from '../plan.ts'
import type { OtherObject, Table } from '../schema.ts'
import { sha256 } from '../sha256.ts'
import type { CreateTrigger } from '../sqlite-sql/ast.ts'
import { parseCreateTrigger } from '../sqlite-sql/parse.ts'
import { type RelationRef, Untranslatable } from '../translate/scope.ts'
import { translateTrigger } from '../translate/trigger.ts'
import { type Draft, leaveOut, leaveWithNote, type Planning } from './draft.ts'
import { assignNames, lookUp } from './names.ts'
import { untranslatedReason, type Views } from './views.ts'

/** Plans every trigger of the source; what cannot be made is left out with its reason. */
export function planTriggers(
  planning: Planning,
  drafts: readonly Draft[],
  skipped: readonly Table[],
  views: Views,
): TriggerPlan[] {
  const triggers = planning.schema.others.filter(({ kind }) => kind === 'trigger')
  const plans = triggers.flatMap(trigger => planTrigger(planning, drafts, skipped, views, trigger) ?? [])
  nameTriggers(planning, plans)
  reportOrder(planning, plans)
  return plans
}

function planTrigger(
  planning: Planning,
  drafts: readonly Draft[],
  skipped: readonly Table[],
  views: Views,
  trigger: OtherObject,
): TriggerPlan | undefined {
  const { kind, name, sql, table = '' } = trigger
  if (lookUp(skipped, table)) {
    planning.leftOut.push({ kind, name, sql, reason: 'the plan leaves its table out' })
    return undefined
  }
  const existing = drafts.find(draft => isLoadedInto(draft.plan) && isNamed(draft, table))?.existing
  if (existing?.triggers.includes(name)) return void leaveThere(planning, trigger)
  try {
    if (planning.request.scope === 'data' || planning.request.scope === 'check')
      throw new Untranslatable('only rows are looked at')
    if (existing) throw new Untranslatable('its table was there before, and keeps the triggers that it has')
    return translated(planning, drafts, views, trigger)
  } catch (error) {
    leaveTrigger(planning, trigger, untranslatedReason(error))
    return undefined
  }
}

const isNamed = ({ table }: Draft, name: string) => lookUp([table], name) !== undefined

function translated(
  planning: Planning,
  drafts: readonly Draft[],
  { plans, relations }: Views,
  { name, sql, table = '' }: OtherObject,
): TriggerPlan {
  const relation = relations.relation(table)
  const on = drafts.find(draft => isNamed(draft, table))?.plan.target ?? lookUp(plans, table)?.target
  if (!on || !relation)
    throw new Untranslatable(`the target has nothing like ${showName(table)}, on which it stands`)
  const tree = parseCreateTrigger(sql)
  const { timing, event } = tree
  const guard = `t${sha256(`${planning.target.schema.name}.${name}`).slice(0, 16)}`
  const { when, body } = translateTrigger(tree, { relations, guard })
  return {
    ...{ name, target: name, on: { ...on }, timing, event, columns: updatedColumns(tree, relation) },
    ...(when !== undefined && { when }),
    body,
  }
}

/** Those of `UPDATE OF`, in the target's names. */
function updatedColumns({ timing, columns }: CreateTrigger, relation: RelationRef): string[] {
  if (timing === 'INSTEAD OF' && columns.length > 0)
    throw new Untranslatable('PostgreSQL has no INSTEAD OF trigger for updates of some columns only')
  return columns.map(name => {
    const column = lookUp(relation.columns, name)
    if (!column) throw new Untranslatable(`it fires for the column ${showName(name)}, which is not there`)
    return column.target
  })
}

/** Each has a function of its name, so the names must be free among those. */
function nameTriggers(planning: Planning, plans: readonly TriggerPlan[]): void {
  const names = assignNames(
    plans.map(({ name }) => name),
    planning.functions,
  )
  for (const [i, plan] of plans.entries()) {
    plan.target = names[i]!
    if (plan.target === plan.name) continue
    planning.findings.push({
      code: 'name-changed',
      severity: 'note',
      object: `trigger ${plan.name}`,
      message: `a function of the target has its name, or it has not 1 to 63 bytes; it becomes ${showName(plan.target)}`,
    })
  }
}

/** SQLite promises no order among triggers for the same event, but applications may have come to rely on one. */
function reportOrder(planning: Planning, plans: readonly TriggerPlan[]): void {
  const groups = Map.groupBy(plans, ({ on, timing, event }) => `${timing} ${event} on ${showName(on.name)}`)
  for (const [event, group] of groups) {
    if (group.length < 2) continue
    planning.findings.push({
      code: 'trigger-order',
      severity: 'note',
      object: `trigger ${group[0]!.name}`,
      message: `${group.length} triggers fire ${event}: PostgreSQL takes them in the order of their names, SQLite in none that it promises`,
    })
  }
}

function leaveThere(planning: Planning, { kind, name, sql }: OtherObject): void {
  const reason = 'the target has a trigger of this name on the table, which stays as it is'
  leaveWithNote(planning, { kind, name, sql, reason }, 'trigger-exists')
}

function leaveTrigger(planning: Planning, { kind, name, sql }: OtherObject, reason: string): void {
  leaveOut(
    planning,
    { kind, name, sql, reason },
    {
      code: 'trigger-not-translated',
      object: `trigger ${name}`,
      remedy: 'Make it in the target after the run; its SQL is in the report',
    },
  )
}
