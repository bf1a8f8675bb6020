/** The first step towards a staged source: what has to be fetched before its rows can be laid down. */
import type { PostgresSource, SqliteEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import type { Work } from '../edge.ts'

export interface StageInput {
  run: string
  request: StagedRequest
  /** The run that has written the files which are to be read (`via`). */
  written?: string
}

export interface Stage {
  /** A migration of its own has to be done first: a PostgreSQL source, or an archive that was restored, into the stage. */
  pull?: { source: PostgresSource; target: SqliteEndpoint }
}

export async function openStage(_work: Work, { run }: StageInput): Promise<Stage> {
  throw new Failure({ code: 'internal', object: `run ${run}`, message: 'stages are not built yet' })
}
