/** Triggers of `--types optimized` that keep the time of a row's last change. */

import { showName } from '../name-text.ts'
import type { ColumnPlan, TriggerPlan } from '../plan.ts'
import type { OtherObject } from '../schema.ts'
import { quoteName } from '../sql-text.ts'
import { parseCreateTrigger } from '../sqlite-sql/parse.ts'
import { reportAdded, wordsOf } from './additions.ts'
import type { Draft, Planning } from './draft.ts'
import { assignNames, lookUp } from './names.ts'

const NAMES = new Set(['updated at', 'modified at', 'last modified'])

/** One trigger for each such column that no trigger of the source writes. */
export function planTouches(planning: Planning, drafts: readonly Draft[]): TriggerPlan[] {
  const wanted = drafts.flatMap(draft =>
    draft.plan.columns
      .filter(column => isTouched(column) && !isWritten(planning, draft, column))
      .map(column => ({ draft, column })),
  )
  const names = assignNames(
    wanted.map(({ draft, column }) => `touch_${draft.plan.target.name}_${column.target}`),
    planning.functions,
  )
  return wanted.map(({ draft, column }, i) => {
    const trigger = touch(draft, column, names[i]!)
    const message = `trigger ${showName(trigger.target)} is added: an update that does not set it sets it to the current time`
    reportAdded(planning, `${draft.plan.name}.${column.name}`, message)
    return trigger
  })
}

const isTouched = ({ name, type, generated }: ColumnPlan) =>
  type.kind === 'timestamp' && generated === undefined && NAMES.has(wordsOf(name).join(' '))

/** A time that the update itself gives stays, so that an application that keeps the column is not contradicted. */
function touch({ plan }: Draft, { target, type }: ColumnPlan, name: string): TriggerPlan {
  const column = quoteName(target)
  const zone = type.kind === 'timestamp' && type.zone
  const now = zone ? 'pg_catalog.now()' : "pg_catalog.timezone('UTC', pg_catalog.now())"
  return {
    ...{ name, target: name, on: { ...plan.target } },
    ...{ timing: 'BEFORE', event: 'UPDATE', columns: [] },
    body: `BEGIN
  IF NEW.${column} IS NOT DISTINCT FROM OLD.${column} THEN
    NEW.${column} := ${now};
  END IF;
  RETURN NEW;
END`,
  }
}

function isWritten({ schema }: Planning, { table }: Draft, { name }: ColumnPlan): boolean {
  const triggers = schema.others.filter(
    other => other.kind === 'trigger' && lookUp([table], other.table ?? '') !== undefined,
  )
  return triggers.some(trigger => writes(trigger, name))
}

/** A trigger that cannot be read may write anything. */
function writes({ sql }: OtherObject, column: string): boolean {
  try {
    return parseCreateTrigger(sql).body.some(
      statement =>
        statement.kind === 'update' &&
        statement.set.some(({ columns }) => columns.some(name => lookUp([{ name: column }], name))),
    )
  } catch {
    return true
  }
}
