/** Looks for the rows of a run's tables that differ from the source's; runs in a thread. */
import { tablesBefore } from '../../ledger/in-file/before.ts'
import { fileVerdictDigests } from '../../ledger/in-file/reader.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import type { Located } from '../../model/located.ts'
import { mirrored } from '../../model/mirror.ts'
import { Digest } from '../../stores/digest/digest.ts'
import type { RowHeard } from '../../stores/digest/digester.ts'
import { digestSource } from '../../stores/digest/source.ts'
import { digestTarget } from '../../stores/digest/target.ts'
import { openSqlite } from '../../stores/sqlite/store.ts'
import { withSource } from '../from-postgres/session.ts'
import { listRows } from '../locate-rows.ts'
import type { Progress } from '../progress.ts'
import { tellBackend } from '../session.ts'
import { type FilePlace, withFile } from './file.ts'

/** By table; absent are those whose digests are equal or were not made, and those in which others have rows. */
export async function locateInFile(
  { home, place, tables }: { home: string; place: FilePlace; tables: string[] },
  progress: Progress,
  signal: AbortSignal,
): Promise<Record<string, Located>> {
  return withFile(place, { progress, signal }, ({ db, plan, token: { run } }) =>
    withSource(home, run, plan.what.source as PostgresSource, async client => {
      await tellBackend(client, progress)
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
          const mirror = mirrored(table)
          const heard = (rows: number) => progress({ table: table.name, rows })
          const sides = {
            source: async (row: RowHeard) => void (await digestTarget(client, mirror, heard, undefined, row)),
            target: async (row: RowHeard) => void digestSource(store, mirror, {}, heard, row),
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
