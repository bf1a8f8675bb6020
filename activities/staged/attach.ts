/** First contact of a run from a staged source. */
import type { MigrateInput } from '../../model/payloads.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import type { Attached } from '../attach.ts'
import type { Work } from '../edge.ts'

export async function attach(_work: Work, input: MigrateInput<StagedRequest>): Promise<Attached> {
  return { run: input.run }
}
