import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'

/** Types between which PostgreSQL accepts a foreign key. */
export function comparable(child: LogicalType | undefined, parent: LogicalType | undefined): boolean {
  if (!child || !parent) return false
  if (child.kind === parent.kind) return child.kind !== 'timestamp' || showType(child) === showType(parent)
  return child.kind === 'integer' && (parent.kind === 'numeric' || parent.kind === 'float')
}
