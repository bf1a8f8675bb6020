/** Views, triggers and extensions of a plan as text for a reader. */
import { showName } from './name-text.ts'
import type { CarriedObject, PlanWhat, TriggerPlan, ViewPlan } from './plan.ts'

/** Lines as `showPlan` has them, each object after an empty one. */
export function objectLines({ extensions = [], views, triggers, carried = [] }: PlanWhat): string[] {
  return [
    ...extensions.flatMap(({ name, schema }) => ['', `Extension ${showName(name)} in ${showName(schema)}`]),
    ...views.flatMap(viewLines),
    ...triggers.flatMap(triggerLines),
    ...carriedLines(carried),
  ]
}

/** Their statements are in the plan's SQL; here stands which there are. */
function carriedLines(carried: readonly CarriedObject[]): string[] {
  if (carried.length === 0) return []
  const kinds = [...Map.groupBy(carried, ({ kind }) => kind)].map(
    ([kind, { length }]) => `${length} ${kind.toLowerCase()}`,
  )
  return ['', `Objects as pg_dump describes them (--sql has their statements): ${kinds.join(', ')}`]
}

const place = ({ schema, name }: ViewPlan['target']) => `${showName(schema)}.${showName(name)}`

function viewLines({ name, target, columns, query, sql }: ViewPlan): string[] {
  if (sql !== undefined) return ['', `View ${showName(name)} → ${place(target)}`, ...indented(sql)]
  return [
    '',
    `View ${showName(name)} → ${place(target)} (${columns.map(showName).join(', ')})`,
    ...indented(query),
  ]
}

function triggerLines(trigger: TriggerPlan): string[] {
  const { name, target, on, timing, event, columns, when, body, sql } = trigger
  if (sql !== undefined) return ['', `Trigger ${showName(name)} ON ${place(on)}`, ...indented(sql)]
  const renamed = target === name ? '' : ` → ${showName(target)}`
  const of = columns.length > 0 ? ` OF ${columns.map(showName).join(', ')}` : ''
  return [
    '',
    `Trigger ${showName(name)}${renamed} ${timing} ${event}${of} ON ${place(on)}`,
    ...(when === undefined ? [] : [`  WHEN ${when}`]),
    ...indented(body),
  ]
}

const indented = (sql: string) => sql.split('\n').map(line => `  ${line}`)
