import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import type { Translated } from './scope.ts'

const TEXT: LogicalType = { kind: 'text' }

/**
 * A value as a column of a query: a bare NULL gets a type, as PostgreSQL would take it for a text only after the
 * branches of a query were compared. `exact`: the type in so many words, and for a text its order.
 */
export function typed(value: Translated, want: LogicalType | undefined, exact: boolean): Translated {
  if (value.sql === 'NULL')
    return { ...value, sql: exactly('NULL', want ?? value.type ?? TEXT, exact), ...(want && { type: want }) }
  return exact ? { ...value, sql: exactly(`(${value.sql})`, value.type ?? TEXT, true) } : value
}

function exactly(sql: string, type: LogicalType, exact: boolean): string {
  if (type.kind === 'text') return `${sql}::text${exact ? ' COLLATE "C"' : ''}`
  return `${sql}::${showType(type)}`
}
