/** Sessions on a PostgreSQL source that see what the run's snapshot saw. */
import type { Client } from 'pg'
import type { PostgresSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { hangUp } from '../../sessions/black-hole.ts'
import { connect } from '../../sessions/connect.ts'
import { isDatabaseError, toFailure } from '../../sessions/errors.ts'
import { importSnapshot, waitForLocks } from '../../stores/postgres/source/snapshot.ts'
import { application } from '../session.ts'
import { findHolders } from './holder.ts'

/** Where a statement of others waits for the snapshot's end, what waits behind that would wait as long. */
const LOCK_PATIENCE_MS = 20_000

/**
 * A session in a REPEATABLE READ READ ONLY transaction that has imported the run's snapshot; who opened it closes it with
 * `hangUp`. It sees `pg_catalog` alone. Fails with `snapshot-lost` where no process holds the snapshot any more (see
 * `retake-snapshot.ts`), and with `artifact` where none was taken or the run has let it go.
 */
export async function openSource(home: string, run: string, source: PostgresSource): Promise<Client> {
  const record = findHolders(home, run)
  if (!record || record.released) throw none(run)
  const client = await connect(source, { home, env: process.env, application: application(run) })
  try {
    await waitForLocks(client, LOCK_PATIENCE_MS)
    for (const holder of record.holders) if (await importSnapshot(client, holder)) return client
    throw lost(run)
  } catch (error) {
    await hangUp(client)
    throw asFailure(error)
  }
}

/** Opens such a session and closes it after the work; errors of the driver become failures without values. */
export async function withSource<T>(
  home: string,
  run: string,
  source: PostgresSource,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openSource(home, run, source)
  try {
    return await work(client)
  } catch (error) {
    throw asFailure(error)
  } finally {
    await hangUp(client)
  }
}

const asFailure = (error: unknown): unknown =>
  isDatabaseError(error) ? toFailure(error, { object: 'the source', doing: 'read it' }) : error

const lost = (run: string) =>
  new Failure({
    code: 'snapshot-lost',
    object: `run ${run}`,
    message: 'both processes that held the snapshot of its source are gone, or their server was restarted',
    remedy:
      'Run the command again: what was copied is compared with a new snapshot, and copied anew where it differs',
  })

const none = (run: string) =>
  new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: 'has no snapshot of its source: none was taken, or it was let go when the run ended',
    remedy: 'Start a new run',
  })
