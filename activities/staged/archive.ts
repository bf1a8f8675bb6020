/** Archives of `pg_dump`: restored into a scratch database, and read from there. */
import type { FilesEndpoint, PostgresSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import type { Work } from '../edge.ts'

/** Restores the archive of a staged source, once; gives the database to read. */
export async function restoreArchive(
  _work: Work,
  { run }: { run: string; request: StagedRequest; archive: FilesEndpoint },
): Promise<PostgresSource> {
  throw new Failure({ code: 'internal', object: `run ${run}`, message: 'archives are not restored yet' })
}

/** Drops what `restoreArchive` made; does nothing where it made nothing, or it was dropped before. */
export async function dropArchive(_work: Work, _run: string): Promise<void> {}
