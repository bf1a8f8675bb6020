/** Rows from the quarantine into their tables, as corrected settings have them. */
import { Context } from '@temporalio/activity'
import { countKept, type KeptRow, readKept } from '../ledger/quarantine.ts'
import { replayedTables } from '../ledger/replay.ts'
import { correctTables } from '../model/correct-plan.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { TableSettings } from '../model/plan-request.ts'
import type { Work } from './edge.ts'
import { endWriters } from './end-writers.ts'
import { Replayer } from './replay-chunk.ts'
import { validateKeys } from './replay-keys.ts'
import { withTarget } from './target.ts'
import { watched } from './watch.ts'

export interface RowsReplayed {
  /** Tables into which rows were replayed, which have to be validated again. */
  tables: string[]
  left: number
}

/**
 * Goes over the quarantine until a round changes nothing: a child whose parent was in quarantine too fits in the
 * round after. An attempt after a killed one goes on where that one was.
 */
export async function replayRows(
  { home, log }: Work,
  { place, settings }: { place: RunPlace; settings: Record<string, TableSettings> },
): Promise<RowsReplayed> {
  return withTarget(home, place, target =>
    watched(home, place, target.me, async () => {
      const { client, ledger, plan, token } = target
      // A stalled attempt would keep its rows locked for as long as it sleeps.
      await endWriters(client, ledger, place.run)
      const replayer = new Replayer(client, ledger, token, correctTables(plan.what.tables, settings))
      for (let written = 1; written > 0; ) {
        written = 0
        for await (const page of readKept(client, ledger, place.run, 'quarantined')) {
          for (const rows of byChunk(page)) {
            await mayGoOn(rows[0]!.table)
            written += await replayer.replay(rows)
          }
        }
        log.info({ written }, 'quarantine replayed')
      }
      const left = await countKept(client, ledger, place.run)
      const tables = await replayedTables(client, ledger, place.run)
      if (tables.length > 0) await validateKeys(client, plan)
      return { tables, left: [...left.values()].reduce((sum, n) => sum + n, 0) }
    }),
  )
}

async function mayGoOn(table: string): Promise<void> {
  Context.current().heartbeat(table)
  if (Context.current().cancellationSignal.aborted) await Context.current().cancelled
}

/** Neighbours of one chunk together: their counts and digest are corrected in one transaction. */
function byChunk(page: KeptRow[]): KeptRow[][] {
  const groups: KeptRow[][] = []
  for (const row of page) {
    const last = groups.at(-1)
    if (last && last[0]!.table === row.table && last[0]!.chunk === row.chunk) last.push(row)
    else groups.push([row])
  }
  return groups
}
