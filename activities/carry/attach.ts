/** First contact of PostgreSQL → PostgreSQL. */
import type { MigrateInput } from '../../model/payloads.ts'
import type { CarryRequest } from '../../model/plan-request.ts'
import { type Attached, attachTo } from '../attach.ts'
import type { Work } from '../edge.ts'
import { originOf } from '../from-postgres/origin.ts'

export async function attach(work: Work, input: MigrateInput<CarryRequest>): Promise<Attached> {
  return attachTo(work, input, originOf(work, input.run, input.request.source))
}
