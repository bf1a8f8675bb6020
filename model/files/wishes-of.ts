/** What the tables of a target, and the lines of a plan file, ask of the columns of files. */
import { lookUp } from '../build-plan/names.ts'
import { columnSettings, settingsOf } from '../build-plan/selection.ts'
import type { AnyRequest } from '../plan-request.ts'
import type { LogicalType } from '../types.ts'
import type { ColumnWish, Wishes } from './wish.ts'

/** A table of files, by names. */
export interface NamedColumns {
  name: string
  columns: readonly { name: string }[]
}

/** A table of the target; a column without a type asks for nothing. */
export interface TableThere {
  name: string
  columns: readonly { name: string; type?: LogicalType; required: boolean }[]
}

/** Of a column with a policy or a conversion of its own the planner decides. */
export function wishesOf(
  tables: readonly NamedColumns[],
  there: readonly TableThere[],
  request: Pick<AnyRequest, 'file' | 'exclude'>,
): Wishes {
  return Object.fromEntries(
    tables.map(table => {
      const settings = settingsOf(request, table)
      const target = lookUp(there, settings?.target ?? table.name)
      const wishes = table.columns.flatMap(({ name }): [string, ColumnWish][] => {
        const { type, conversion, onError = settings?.onError, ...wanted } = columnSettings(settings, name)
        if (conversion || (onError && onError !== 'stop')) return []
        const match = target && lookUp(target.columns, wanted.target ?? name)
        if (match) return match.type ? [[name, { type: match.type, required: match.required }]] : []
        return type ? [[name, { type, required: false }]] : []
      })
      return [table.name, Object.fromEntries(wishes)]
    }),
  )
}
