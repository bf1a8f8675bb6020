/** The comparison of a source with a SQLite file without a ledger; runs in a thread. */
import { miscounted } from '../../model/balance.ts'
import type { PostgresSource, StagedSource } from '../../model/endpoint.ts'
import { mirrored } from '../../model/mirror.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { TableResult } from '../../model/run.ts'
import type { RowHeard } from '../../stores/digest/digester.ts'
import { digestSource } from '../../stores/digest/source.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { compared } from '../digest-job.ts'
import { listRows } from '../locate-rows.ts'
import type { Progress } from '../progress.ts'
import { type SourceRows, withRows } from './rows-of-source.ts'

export interface PairInput {
  home: string
  run: string
  source: PostgresSource | StagedSource
  /** A copy of the file. */
  snapshot: string
  tables: TablePlan[]
}

/** One table after the other; where they differ, the rows as well. */
export function digestBothInto(
  { home, run, source, snapshot, tables }: PairInput,
  progress: Progress,
): Promise<TableResult[]> {
  return withRows({ home, run, source, progress }, async from => {
    const store = openSqlite(snapshot)
    try {
      const results: TableResult[] = []
      for (const table of tables) {
        const mirror = mirrored(table)
        const rows = (done: number) => progress({ table: table.name, rows: done })
        const here = (heard?: RowHeard) => from.digest(table, rows, heard)
        const there = async (heard?: RowHeard) => digestSource(store, mirror, {}, rows, heard)
        results.push(await compareOne({ home, run }, table, here, there))
      }
      return results
    } finally {
      store.close()
    }
  })
}

async function compareOne(
  place: { home: string; run: string },
  table: TablePlan,
  here: (heard?: RowHeard) => ReturnType<SourceRows['digest']>,
  there: (heard?: RowHeard) => Promise<ReturnType<typeof digestSource>>,
): Promise<TableResult> {
  const began = performance.now()
  const [source, { digest: target }] = [await here(), await there()]
  const seconds = (performance.now() - began) / 1000
  const counts = { read: source.count, written: 0, skipped: 0, quarantined: 0, altered: 0 }
  const sums = { ...counts, bytes: table.bytes, seconds }
  const result = compared(table, source, target, sums, miscounted(table.rows, source.count))
  if (source.equals(target)) return result
  const sides = {
    source: async (heard: RowHeard) => void (await here(heard)),
    target: async (heard: RowHeard) => void (await there(heard)),
  }
  return { ...result, located: await listRows({ ...place, table }, sides, { source, target }) }
}
