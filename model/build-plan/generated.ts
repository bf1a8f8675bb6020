/** Generated columns of tables that the run makes. */
import { showName } from '../name-text.ts'
import type { ColumnPlan } from '../plan.ts'
import { Untranslatable } from '../translate/scope.ts'
import { showType } from '../type-text.ts'
import { type Draft, leaveOut, type Planning } from './draft.ts'
import { type Outcome, translateExpression } from './expressions.ts'

/** Sets `generated` of the draft's columns; one that cannot be translated stays a plain column with its values. */
export function planGenerated(planning: Planning, draft: Draft): void {
  const done = new Set<ColumnPlan>()
  const making = new Set<ColumnPlan>()
  // PostgreSQL has no generated column that reads another: the other's expression stands in its place.
  const spell = (column: ColumnPlan): string | undefined => {
    if (making.has(column)) throw new Untranslatable('it reads itself')
    make(column)
    return column.generated === undefined ? undefined : `((${column.generated})::${showType(column.type)})`
  }
  const make = (column: ColumnPlan): void => {
    const source = draft.table.columns.find(({ name }) => name === column.name)?.generated
    if (!source || done.has(column)) return
    done.add(column)
    making.add(column)
    const made = translate(planning, draft, column, source.expression, spell)
    making.delete(column)
    if (made.reason !== undefined) reportPlain(planning, draft, column, source.expression, made.reason)
    else {
      column.generated = made.sql
      if (!source.stored) reportStored(planning, draft, column)
    }
  }
  for (const column of draft.plan.columns) make(column)
}

function translate(
  planning: Planning,
  draft: Draft,
  column: ColumnPlan,
  source: string,
  spell: (column: ColumnPlan) => string | undefined,
): Outcome {
  if (column.conversion !== undefined || column.onError !== undefined)
    return { reason: 'the plan changes its values' }
  return translateExpression(
    planning,
    draft,
    {
      ...{ id: `generated:${draft.table.name}:${column.name}`, kind: 'generated', source, type: column.type },
      declared: draft.table.columns.find(({ name }) => name === column.name)?.declared ?? '',
    },
    spell,
  )
}

function reportPlain(
  planning: Planning,
  draft: Draft,
  { name }: ColumnPlan,
  sql: string,
  problem: string,
): void {
  const object = `${draft.table.name}.${name}`
  const reason = `its values are copied, but the target will not compute new ones: ${problem}`
  leaveOut(
    planning,
    { kind: 'generated column', name: object, sql, reason },
    {
      code: 'generated-column-as-plain',
      object,
      remedy: 'Make it a generated column, or set it by a trigger, in the target after the run',
    },
  )
}

function reportStored(planning: Planning, draft: Draft, { name }: ColumnPlan): void {
  planning.findings.push({
    code: 'virtual-becomes-stored',
    severity: 'note',
    object: `${draft.table.name}.${showName(name)}`,
    message: 'it is VIRTUAL in the source and STORED in the target, where it takes room',
  })
}
