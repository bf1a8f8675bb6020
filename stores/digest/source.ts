/** The digest of what the source holds, as the plan's conversions and policies have it in the target. */
import { needsConforming } from '../../model/conforming.ts'
import type { TablePlan } from '../../model/plan.ts'
import { withRowName } from '../conform.ts'
import { FittingRows } from '../fitting-rows.ts'
import type { KeyRange, SourceStore } from '../store.ts'
import type { Digest } from './digest.ts'
import { digestFor, type RowHeard } from './digester.ts'
import { rawDigester } from './raw.ts'

export interface SourceDigest {
  /** Of the rows that belong into the target. */
  digest: Digest
  read: number
  quarantined: number
  altered: number
}

type Side = Pick<SourceStore, 'read' | 'readRaw'>

/**
 * Digests the rows of a range; `heard` hears of each that belongs into the target. The digests of a table's chunks merge
 * to that of the table.
 */
export function digestSource(
  store: Side,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
  heard?: RowHeard,
): SourceDigest {
  return needsConforming(table)
    ? digestFitting(store, table, range, progress, heard)
    : digestAll(store, table, range, progress, heard)
}

function digestAll(
  store: Side,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
  heard?: RowHeard,
): SourceDigest {
  const digester = digestFor(table, 'source', heard)
  const { digest } = digester
  const raw = store.readRaw(table, range)
  if (raw) {
    const add = rawDigester(digester, table, raw.places)
    for (const batch of raw.batches) {
      for (let i = 0; i < batch.count; i++) add(batch.row(i))
      progress(digest.count)
    }
  } else {
    for (const rows of store.read(table, range)) {
      digester.add(rows)
      progress(digest.count)
    }
  }
  return { digest, read: digest.count, quarantined: 0, altered: 0 }
}

/** What is set aside is only counted. */
function digestFitting(
  store: Side,
  table: TablePlan,
  range: KeyRange,
  progress: (rows: number) => void,
  heard?: RowHeard,
): SourceDigest {
  const digester = digestFor(table, 'source', heard)
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
