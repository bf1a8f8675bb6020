/** The failure of a value that its column's type cannot hold. */
import { Failure } from '../../model/failure.ts'
import type { LogicalType } from '../../model/types.ts'
import { sqlType } from './types.ts'

/** Names table, column and type, and says why in words that hold nothing of the value. */
export function unfit(column: { table: string; column: string }, type: LogicalType, why: string): Failure {
  return new Failure({
    code: 'value',
    object: `${column.table}.${column.column}`,
    message: `a value does not fit ${sqlType(type)}: ${why}`,
    remedy: 'Run longhaul validate and give this column another type in the plan',
  })
}
