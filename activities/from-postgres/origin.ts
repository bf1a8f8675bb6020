/** What a run's PostgreSQL source is asked at first contact. */
import type { RunRow } from '../../ledger/runs.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { findArtifact, writeArtifact } from '../artifacts.ts'
import type { Origin } from '../attach.ts'
import type { Work } from '../edge.ts'
import { databaseId, withSession } from '../session.ts'
import { adoptHolders, findHolders } from './holder.ts'

/** What the catalogs are asked is there since this version. */
const OLDEST = 120000

/** Of a run that `run` is the name of if it turns out to be a new one. */
export function originOf(work: Work, run: string, source: PostgresSource): Origin {
  return {
    mark: () => withSession(work.home, source, run, databaseId).catch(unreachable),
    need: () => needSource(work, run, source),
    name: `database at ${source.connection}`,
    fetch: found => fetchArtifacts(work, found),
    // A database that is in use has always changed.
    since: async () => undefined,
  }
}

function unreachable(error: unknown): undefined {
  if (error instanceof Failure && AWAY.has(error.code)) return
  throw error
}

const AWAY: ReadonlySet<string> = new Set(['unavailable', 'busy', 'target'])

async function needSource({ home }: Work, run: string, source: PostgresSource): Promise<void> {
  await withSession(home, source, run, async client => {
    const { rows } = await client.query<{ version: number; release: string }>(
      `SELECT pg_catalog.current_setting('server_version_num')::int AS version,
              pg_catalog.current_setting('server_version') AS release`,
    )
    const { version, release } = rows[0]!
    if (version >= OLDEST) return
    throw new Failure({
      code: 'source',
      object: `database at ${source.connection}`,
      message: `its server is PostgreSQL ${release}, and longhaul reads from 12 on`,
      remedy: 'Upgrade it first',
    })
  })
}

/** What another state folder of this host has of a run; its snapshot is held for that one. */
async function fetchArtifacts(work: Work, run: RunRow): Promise<void> {
  if (findHolders(work.home, run.id)) return
  if (run.host !== work.host || !findHolders(run.home, run.id)) throw snapshotGone(run)
  adoptHolders(work.home, run.home, run.id)
  for (const name of ['origin', 'snapshot-notes'] as const) {
    const artifact = findArtifact(run.home, run.id, name)
    if (artifact) writeArtifact(work.home, run.id, name, artifact)
  }
}

const snapshotGone = ({ id, name, home, host }: RunRow) =>
  new Failure({
    code: 'artifact',
    object: `run ${name} (${id})`,
    message: `is unfinished, and who holds its snapshot is known to ${home} on host ${host} alone`,
    remedy: `Go on with it there, or take it back with "longhaul rollback ${id}" and run the command again`,
  })
