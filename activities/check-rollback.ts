/** Whether a run can be taken back, and what would be lost; writes nothing. */
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { RollbackCheck, RollbackScope } from '../model/rollback.ts'
import type { Work } from './edge.ts'

export async function checkRollback(
  _work: Work,
  { run }: { run: string; target: PostgresEndpoint; scope: RollbackScope },
): Promise<RollbackCheck> {
  throw new Failure({ code: 'internal', object: `run ${run}`, message: 'rollbacks cannot be checked yet' })
}
