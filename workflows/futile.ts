/** Which failures of one table are failures of the run. */
import type { FailureCode, FailureFacts } from '../model/failure.ts'

/** What fails one table for these reasons fails all of them. */
const FUTILE: ReadonlySet<FailureCode> = new Set([
  'fenced',
  'target-replaced',
  'set-back',
  'snapshot-lost',
  'space',
  'target',
])

export const isFutile = ({ code }: FailureFacts): boolean => FUTILE.has(code)

/** But for a right that is missing on one table. */
export const isOfOneTable = ({ code, object }: FailureFacts): boolean =>
  code === 'target' && (object?.startsWith('table ') ?? false)
