/** The digest of what a table of a run holds now; runs in a thread. */
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { TablePlan } from '../model/plan.ts'
import { digestTarget } from '../stores/digest/target.ts'
import { tellBackend, withSession } from './session.ts'

/** As the ledger keeps it. */
export async function digestThere(
  { home, run, target, table }: { home: string; run: string; target: PostgresEndpoint; table: TablePlan },
  progress: (detail: unknown) => void,
): Promise<Uint8Array> {
  return withSession(home, target, run, async client => {
    await tellBackend(client, progress)
    const digest = await digestTarget(client, table, rows => progress({ table: table.name, rows }))
    return digest.toBytes()
  })
}
