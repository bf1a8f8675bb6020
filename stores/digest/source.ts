/** The digest of what the source holds, as the plan's conversions and policies have it in the target. */
import { needsConforming } from '../../model/conforming.ts'
import type { TablePlan } from '../../model/plan.ts'
import { withRowName } from '../conform.ts'
import { FittingRows } from '../fitting-rows.ts'
import type { KeyRange, SourceStore } from '../store.ts'
import type { Digest } from './digest.ts'
import { digestFor } from './digester.ts'

export interface SourceDigest {
  /** Of the rows that belong into the target. */
  digest: Digest
  read: number
  quarantined: number
  altered: number
}

/** Digests the rows of a range; the digests of a table's chunks merge to that of the table. */
export function digestSource(
  store: Pick<SourceStore, 'read'>,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
): SourceDigest {
  return needsConforming(table)
    ? digestFitting(store, table, range, progress)
    : digestAll(store, table, range, progress)
}

function digestAll(
  store: Pick<SourceStore, 'read'>,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
): SourceDigest {
  const digester = digestFor(table, 'source')
  let read = 0
  for (const rows of store.read(table, range)) {
    digester.add(rows)
    progress((read += rows.length))
  }
  return { digest: digester.digest, read, quarantined: 0, altered: 0 }
}

/** What is set aside is only counted. */
function digestFitting(
  store: Pick<SourceStore, 'read'>,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
): SourceDigest {
  const digester = digestFor(table, 'source')
  const fitting = new FittingRows(table, store.read(withRowName(table), range))
  while (!fitting.over) {
    for (const rows of fitting.rows()) {
      digester.add(rows)
      progress(fitting.read)
    }
    fitting.take()
  }
  const { read, quarantined, altered } = fitting
  return { digest: digester.digest, read, quarantined, altered }
}
