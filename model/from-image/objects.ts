/** Views and triggers of an image, and what of it the file will not have. */
import { leaveOut } from '../build-plan/draft.ts'
import { isLoadedInto, type PlanWhat, type TablePlan, type TriggerPlan, type ViewPlan } from '../plan.ts'
import { foldName } from '../sqlite-sql/names.ts'
import type { ImagePlanning } from './plan.ts'

export function planObjects(
  planning: ImagePlanning,
  tables: readonly TablePlan[],
): Pick<PlanWhat, 'views' | 'triggers'> {
  const { made, facts, target, request } = planning
  for (const { reason, ...object } of made.broken) leave(planning, object, reason)
  for (const { kind, name, sql } of facts.schema.others)
    if (kind === 'virtual table') leave(planning, { kind, name, sql }, 'its rows cannot be read')
  if (request.scope === 'data' || request.scope === 'check') return { views: [], triggers: [] }
  freeIndexes(planning, tables)
  const taken = namesIn(planning)
  const views = made.views.filter(view => {
    const there = target.schema.others.find(
      ({ kind, name }) => kind === 'view' && foldName(name) === foldName(view.name),
    )
    if (there?.sql === view.sql) return false
    return isFree(planning, taken, { ...view, kind: 'view' })
  })
  const loaded = new Set(tables.filter(isLoadedInto).map(({ target: { name } }) => foldName(name)))
  const triggers = made.triggers.filter(
    trigger =>
      !loaded.has(foldName(trigger.table)) && isFree(planning, taken, { ...trigger, kind: 'trigger' }),
  )
  return { views: views.map(viewPlan), triggers: triggers.map(triggerPlan) }
}

/** Names of a file are one room for all but triggers, of which there are few. */
function namesIn({ target }: ImagePlanning): Set<string> {
  const { tables, others } = target.schema
  return new Set(
    [...tables, ...others, ...tables.flatMap(({ indexes }) => indexes)].map(({ name }) => foldName(name)),
  )
}

function freeIndexes(planning: ImagePlanning, tables: readonly TablePlan[]): void {
  const replaced = new Set(
    tables.filter(({ action }) => action === 'replace').map(({ target }) => foldName(target.name)),
  )
  const kept = planning.target.schema.tables.filter(({ name }) => !replaced.has(foldName(name)))
  const taken = new Set(
    kept.flatMap(({ name, indexes }) => [name, ...indexes.map(i => i.name)]).map(foldName),
  )
  for (const table of tables)
    table.indexes = table.indexes.filter(({ name, sql = '' }) =>
      isFree(planning, taken, { kind: 'index', name, sql }),
    )
}

interface Named {
  kind: string
  name: string
  sql: string
}

function isFree(planning: ImagePlanning, taken: ReadonlySet<string>, { kind, name, sql }: Named): boolean {
  if (!taken.has(foldName(name))) return true
  leave(planning, { kind, name, sql }, 'the target has another object of this name')
  return false
}

function leave(planning: ImagePlanning, object: Named, reason: string): void {
  const code = `${object.kind.replaceAll(' ', '-')}-left-out`
  leaveOut(planning, { ...object, reason }, { code, object: `${object.kind} ${object.name}` })
}

const viewPlan = ({ name, sql }: { name: string; sql: string }): ViewPlan => ({
  ...{ name, target: { schema: 'main', name }, columns: [], query: sql, sql },
})

const triggerPlan = ({ name, table, sql }: ImagePlanning['made']['triggers'][number]): TriggerPlan => ({
  ...{ name, target: name, on: { schema: 'main', name: table }, timing: 'AFTER', event: 'INSERT' },
  ...{ columns: [], body: '', sql },
})
