/** A change of the how of a paused run from PostgreSQL to PostgreSQL. */
import type { PackedSummary } from '../../model/packed-summary.ts'
import type { Cell } from '../../model/types.ts'
import { boundsOf } from '../../stores/postgres/source/ranges.ts'
import { applyEditWith } from '../apply-edit.ts'
import type { Work } from '../edge.ts'
import { withSource } from '../from-postgres/session.ts'
import { sourceOf } from './copy-chunks.ts'

export function applyEdit(work: Work, input: Parameters<typeof applyEditWith>[1]): Promise<PackedSummary> {
  const { home } = work
  const { run } = input.place
  return applyEditWith(work, input, cuts =>
    withSource(home, run, sourceOf(home, run), async client => {
      const bounds: Cell[][][] = []
      for (const { table, rows, range } of cuts) bounds.push(await boundsOf(client, table, rows, range))
      return bounds
    }),
  )
}
