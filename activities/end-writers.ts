/**
 * Ends the sessions of a run's attempts, so that a stalled one writes nothing after an undo; and what a dump that was
 * killed has left on the server, of which nobody else would know once the run is gone.
 */
import type { Client } from 'pg'
import { readBackends } from '../ledger/reader.ts'
import type { Place } from '../ledger/schema.ts'
import { terminate } from '../stores/postgres/backend.ts'
import { dropScratch } from '../stores/postgres/scratch.ts'
import { endPrograms } from './program.ts'
import { AT_WORK, application } from './session.ts'

/** Sessions with a claim, and any other that shows the run's name; programs of PostgreSQL, and the scratch database. */
export async function endWriters(client: Client, ledger: Place, run: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT pid, (backend_start AT TIME ZONE 'UTC')::text AS "startedAt"
       FROM pg_stat_activity
      WHERE application_name = $1 AND pid <> pg_backend_pid() AND ${AT_WORK}`,
    [application(run)],
  )
  const { rows: own } = await client.query('SELECT pg_backend_pid() AS pid')
  const claimed = await readBackends(client, ledger, run)
  for (const backend of [...rows, ...claimed].filter(b => b.pid !== own[0].pid))
    await terminate(client, backend)
  await endPrograms(client, run)
  await dropScratch(client, run)
}
