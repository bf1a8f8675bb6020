/** Rows of the source that the target lacks, as they go into it. */
import { needsConforming } from '../../model/conforming.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { withRowName } from '../conform.ts'
import { FittingRows } from '../fitting-rows.ts'
import type { SourceStore } from '../store.ts'
import { digestFor } from './digester.ts'
import type { Picks } from './picker.ts'

/**
 * The picked rows in batches, each with its number behind the cells of `table.columns`. What belongs into quarantine is
 * none of them. `progress` hears of the rows read.
 */
export function* pickSource(
  store: Pick<SourceStore, 'read'>,
  table: TablePlan,
  pick: Picks,
  progress: (rows: number) => void,
): Iterable<Row[]> {
  const digester = digestFor(table, 'source')
  let read = 0
  for (const rows of belonging(store, table)) {
    const picked: Row[] = []
    for (const row of rows) {
      digester.hashRow(row)
      const number = pick(digester)
      if (number !== undefined) picked.push([...row, number])
    }
    progress((read += rows.length))
    if (picked.length > 0) yield picked
  }
}

function* belonging(store: Pick<SourceStore, 'read'>, table: TablePlan): Iterable<Row[]> {
  if (!needsConforming(table)) {
    yield* store.read(table, {})
    return
  }
  const fitting = new FittingRows(table, store.read(withRowName(table), {}))
  while (!fitting.over) {
    yield* fitting.rows()
    fitting.take()
  }
}
