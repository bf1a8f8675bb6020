/** The digest of what the source holds. */
import type { TablePlan } from '../../model/plan.ts'
import type { KeyRange, SourceStore } from '../store.ts'
import type { Digest } from './digest.ts'
import { digestFor } from './digester.ts'

/** Digests the rows of a range; the digests of a table's chunks merge to that of the table. */
export function digestSource(
  store: Pick<SourceStore, 'read'>,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
): Digest {
  const digester = digestFor(table, 'source')
  let count = 0
  for (const rows of store.read(table, range)) {
    digester.add(rows)
    progress((count += rows.length))
  }
  return digester.digest
}
