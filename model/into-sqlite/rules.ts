/** Checks, defaults and computed columns: translated, or left out with the reason. */

import type { ColumnPlan } from '../plan.ts'
import type { PostgresColumn } from '../postgres-schema.ts'
import { quoteName } from '../sql-text.ts'
import { attempt } from './attempt.ts'
import { contextOf } from './context.ts'
import { defaultSql } from './default.ts'
import { columnOf, type Draft, type Planning } from './draft.ts'
import { translateCondition, translateText } from './expression/translate.ts'
import { refuse } from './expression/value.ts'
import { sameType } from './types.ts'

export function planRules(planning: Planning, draft: Draft): void {
  for (const column of draft.table.columns) planColumnRules(planning, draft, column)
  for (const { name, expression, notValid } of draft.table.checks) {
    const object = `check ${draft.table.name}.${name}`
    const sql = attempt(
      planning,
      { kind: 'check', name: `${draft.table.name}.${name}`, sql: expression },
      object,
      () =>
        notValid
          ? refuse('it is NOT VALID, which SQLite does not know: rows may break it')
          : translateCondition(expression, contextOf(planning, draft, object)),
    )
    if (sql !== undefined) draft.plan.checks.push({ name, expression: sql })
  }
}

function planColumnRules(planning: Planning, draft: Draft, column: PostgresColumn): void {
  const planned = columnOf(draft, column.name)
  if (!planned) return
  const name = `${draft.table.name}.${column.name}`
  if (column.generated !== undefined) planGenerated(planning, draft, column, planned)
  const domain =
    column.shape.kind === 'domain' ? planning.origin.domains.find(sameType(column.shape)) : undefined
  const written = column.default ?? domain?.default
  if (written !== undefined && column.generated === undefined && !planned.identity) {
    const sql = attempt(planning, { kind: 'default', name, sql: written }, name, () =>
      defaultSql(written, column, draft.carried.get(column.name)!, contextOf(planning, draft, name, true)),
    )
    if (sql !== undefined && sql !== 'NULL') planned.default = sql
  }
  for (const check of domain?.checks ?? []) {
    const named = `${column.name}_${check.name}`
    const object = `check ${draft.table.name}.${named}`
    const context = contextOf(planning, draft, object)
    const value = { sql: quoteName(planned.target), holds: draft.carried.get(column.name)!.holds }
    const sql = attempt(
      planning,
      { kind: 'check', name: `${name}.${check.name}`, sql: check.expression },
      object,
      () =>
        translateCondition(check.expression, {
          ...context,
          column: word => (word.toUpperCase() === 'VALUE' ? value : undefined),
        }),
    )
    if (sql !== undefined) draft.plan.checks.push({ name: named, expression: sql })
  }
}

/** What is not translated is a column as any other, and its values are copied. */
function planGenerated(planning: Planning, draft: Draft, column: PostgresColumn, planned: ColumnPlan): void {
  const name = `${draft.table.name}.${column.name}`
  const { holds } = draft.carried.get(column.name)!
  const sql = attempt(planning, { kind: 'generated column', name, sql: column.generated! }, name, () => {
    if (draft.table.primaryKey?.columns.includes(column.name)) return refuse('it is part of the primary key')
    const value = translateText(column.generated!, contextOf(planning, draft, name))
    // Assigning a decimal rounds it to the column's scale.
    const isSame = value.holds === holds && holds !== 'decimal' && column.shape.kind === 'base'
    return isSame && column.shape.kind === 'base' && column.shape.length === undefined
      ? value.sql
      : refuse('its value may change when it is assigned')
  })
  if (sql !== undefined) planned.generated = sql
}
