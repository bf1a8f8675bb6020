/** Looks for the rows of a run's tables that differ from the snapshot; runs in a thread. */
import { readTargetDigest } from '../ledger/reader.ts'
import type { Located } from '../model/located.ts'
import type { RunPlace } from '../model/payloads.ts'
import { Digest } from '../stores/digest/digest.ts'
import { openSqlite } from '../stores/sqlite/store.ts'
import { digestOfChunks, ownRows } from './digest-job.ts'
import { locateRows } from './locate-rows.ts'
import { openRun, tellBackend, withSession } from './session.ts'

/** By table; absent are those whose digests are equal or were not made. */
export async function locateInCopied(
  { home, place, tables, snapshot }: { home: string; place: RunPlace; tables: string[]; snapshot: string },
  progress: (detail: unknown) => void,
): Promise<Record<string, Located>> {
  const store = openSqlite(snapshot)
  try {
    return await withSession(home, place.target, place.run, async client => {
      const { ledger, plan } = await openRun(client, place)
      await tellBackend(client, progress)
      const located: Record<string, Located> = {}
      for (const table of plan.what.tables.filter(({ name }) => tables.includes(name))) {
        const stored = await readTargetDigest(client, ledger, place.run, table.name)
        // Which rows of the source were skipped is not kept: each of them would be called missing.
        if (!stored || table.upsert?.conflict === 'skip') continue
        const target = Digest.fromBytes(stored)
        const source = await digestOfChunks(client, ledger, place.run, table)
        if (source.equals(target)) continue
        const where = ownRows(ledger, place.run, table)
        located[table.name] = await locateRows(
          {
            ...{ home, run: place.run, client, store, table },
            progress: rows => progress({ table: table.name, rows }),
            ...(where !== undefined && { where }),
          },
          { source, target },
        )
      }
      return located
    })
  } finally {
    store.close()
  }
}
