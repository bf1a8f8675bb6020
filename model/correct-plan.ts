/** The tables of a plan with what a corrected plan file says about values that did not fit. */
import { lookUp } from './build-plan/names.ts'
import { Failure } from './failure.ts'
import type { ColumnPlan, TablePlan } from './plan.ts'
import type { ColumnSettings, TableSettings } from './plan-request.ts'
import { showType } from './type-text.ts'

/**
 * Casts and policies go over those of the plan. In a replay no cell stops anything: what does not fit stays in
 * quarantine, in columns without a policy too. Fails with `usage` for names that the plan does not have, and with
 * `refused` for a type that the target's column is not of; all of them at once.
 */
export function correctTables(
  tables: readonly TablePlan[],
  settings: Readonly<Record<string, TableSettings>>,
): TablePlan[] {
  const mistakes = Object.entries(settings).flatMap(([name, given]) => mistakesOf(tables, name, given))
  const unknown = mistakes.filter(m => m.code === 'usage')
  const first = unknown[0] ?? mistakes[0]
  if (first) throw failure(unknown.length > 0 ? unknown : mistakes)
  const given = new Map(Object.entries(settings).map(([name, s]) => [lookUp(tables, name)?.name, s]))
  return tables.map(table => corrected(table, given.get(table.name)))
}

interface Wrong {
  code: 'usage' | 'refused'
  message: string
}

function mistakesOf(tables: readonly TablePlan[], name: string, { skip, columns }: TableSettings): Wrong[] {
  const table = lookUp(tables, name)
  // A plan file may speak of tables that it leaves out.
  if (!table) return skip ? [] : [{ code: 'usage', message: `the run has no table "${name}"` }]
  return Object.entries(columns).flatMap(([column, { type }]): Wrong[] => {
    const found = lookUp(table.columns, column)
    if (!found) return [{ code: 'usage', message: `table "${name}" has no column "${column}"` }]
    if (!type || showType(type) === showType(found.type)) return []
    const message = `column "${name}.${column}" is ${showType(found.type)} in the target, and not ${showType(type)}`
    return [{ code: 'refused', message }]
  })
}

function failure(wrong: Wrong[]): Failure {
  const message = wrong.map(w => w.message).join('; ')
  return wrong[0]!.code === 'usage'
    ? new Failure({ code: 'usage', object: 'the plan file', message, remedy: 'Correct the names in it' })
    : new Failure({
        code: 'refused',
        object: 'the plan file',
        message: `a replay changes no types: ${message}`,
        remedy:
          'Leave the type as it is and give a cast or "on_error: default", or take the run back and migrate with the new type',
      })
}

function corrected(table: TablePlan, settings: TableSettings | undefined): TablePlan {
  const named = Object.entries(settings?.columns ?? {})
  const columns = table.columns.map(column => {
    const given = named.find(([name]) => lookUp(table.columns, name)?.name === column.name)?.[1]
    return correctedColumn(column, given, settings)
  })
  return { ...table, columns }
}

function correctedColumn(
  column: ColumnPlan,
  given: ColumnSettings | undefined,
  table: TableSettings | undefined,
): ColumnPlan {
  const conversion = given?.conversion ?? column.conversion
  const policy = given?.onError ?? (column.onError ? undefined : table?.onError)
  const kept = column.onError ?? { policy: 'quarantine' as const }
  // The run's own default stands until another is named: the same line must not mean NULL the second time.
  const stands = policy === undefined || (policy === kept.policy && given?.fallback === undefined)
  const onError = stands ? kept : policyOf(policy, given?.fallback ?? null)
  return { ...column, ...(conversion && { conversion }), onError }
}

function policyOf(
  policy: NonNullable<ColumnSettings['onError']>,
  value: string | number | boolean | null,
): NonNullable<ColumnPlan['onError']> {
  return policy === 'default' ? { policy, value } : { policy: 'quarantine' }
}
