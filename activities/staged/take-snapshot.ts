/** The one state of a staged source that everything after reads: a SQLite database in the run's folder. */

import type { StagedSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { Mode } from '../../model/payloads.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import type { Work } from '../edge.ts'
import type { SnapshotInput, SnapshotTaken } from '../take-snapshot.ts'

export interface StageSnapshotInput extends Omit<SnapshotInput, 'source' | 'request'> {
  source: StagedSource
  request: StagedRequest
  mode: Mode
}

export async function takeSnapshot(_work: Work, { run }: StageSnapshotInput): Promise<SnapshotTaken> {
  throw new Failure({ code: 'internal', object: `run ${run}`, message: 'stages are not built yet' })
}
