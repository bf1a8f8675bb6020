/** What was copied into PostgreSQL under a snapshot that is lost, compared with the new one; runs in a thread. */
import { doneChunks, startTableAnew } from '../../ledger/reopen.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import type { RunPlace } from '../../model/payloads.ts'
import { isLoadedInto } from '../../model/plan.ts'
import { qualified } from '../../stores/postgres/quote.ts'
import type { StaleTables } from '../from-postgres/go-on.ts'
import { mayHaveOthers, sameChunks } from '../from-postgres/same-chunks.ts'
import { withSource } from '../from-postgres/session.ts'
import { withTarget } from '../target.ts'

/** Fails with `drift` where rows of others may stand in a table that differs. */
export async function compareStale(
  { home, place, source }: { home: string; place: RunPlace; source: PostgresSource },
  progress: (detail: unknown) => void,
): Promise<StaleTables> {
  return withTarget(home, place, ({ client, ledger, token, plan }) =>
    withSource(home, place.run, source, async from => {
      const found: StaleTables = { same: 0, anew: [] }
      for (const table of plan.what.tables) {
        const chunks = await doneChunks(client, ledger, token.run, table.name)
        if (chunks.length === 0) continue
        if (await sameChunks(from, table, chunks, progress)) {
          found.same++
          continue
        }
        if (isLoadedInto(table)) throw mayHaveOthers(table)
        const { schema, name } = table.target
        await startTableAnew(client, ledger, token, table.name, async () => {
          await client.query(`TRUNCATE ONLY ${qualified(schema, name)}`)
        })
        found.anew.push(table.name)
      }
      return found
    }),
  )
}
