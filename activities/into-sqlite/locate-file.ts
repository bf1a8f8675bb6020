/** Looks for the rows of a run's tables that differ from the source's; runs in a thread. */
import { tablesBefore } from '../../ledger/in-file/before.ts'
import { fileVerdictDigests } from '../../ledger/in-file/reader.ts'
import type { Located } from '../../model/located.ts'
import { mirrored } from '../../model/mirror.ts'
import { Digest } from '../../stores/digest/digest.ts'
import type { RowHeard } from '../../stores/digest/digester.ts'
import { digestSource } from '../../stores/digest/source.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { listRows } from '../locate-rows.ts'
import type { Progress } from '../progress.ts'
import { type FilePlace, withFile } from './file.ts'
import { withRows } from './rows-of-source.ts'

/** By table; absent are those whose digests are equal or were not made, and those in which others have rows. */
export async function locateInFile(
  { home, place, tables }: { home: string; place: FilePlace; tables: string[] },
  progress: Progress,
  signal: AbortSignal,
): Promise<Record<string, Located>> {
  return withFile(place, { progress, signal }, ({ db, plan, token: { run } }) =>
    withRows({ home, run, source: plan.what.source, progress }, async rows => {
      const store = openSqlite(db.name)
      try {
        const located: Record<string, Located> = {}
        const found = fileVerdictDigests(db, run)
        const before = tablesBefore(db, run)
        for (const table of plan.what.tables.filter(({ name }) => tables.includes(name))) {
          const { source, target } = found.get(table.name) ?? {}
          if (!source || !target || before.has(table.name)) continue
          const digests = { source: Digest.fromBytes(source), target: Digest.fromBytes(target) }
          if (digests.source.equals(digests.target)) continue
          const heard = (done: number) => progress({ table: table.name, rows: done })
          const sides = {
            source: async (row: RowHeard) => void (await rows.digest(table, heard, row)),
            target: async (row: RowHeard) => void digestSource(store, mirrored(table), {}, heard, row),
          }
          located[table.name] = await listRows({ home, run, table }, sides, digests)
        }
        return located
      } finally {
        store.close()
      }
    }),
  )
}
