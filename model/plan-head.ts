/** What a plan of any direction has from its request as it stands. */
import type { PlanWhat } from './plan.ts'
import type { AnyRequest } from './plan-request.ts'

type Head = Pick<
  PlanWhat,
  'version' | 'kind' | 'reason' | 'operator' | 'source' | 'target' | 'policies' | 'mapping' | 'accept'
>

export const planHead = (request: AnyRequest): Head => ({
  version: 1,
  kind: 'migrate',
  ...(request.reason !== undefined && { reason: request.reason }),
  ...(request.operator !== undefined && { operator: request.operator }),
  source: request.source,
  target: request.target,
  policies: {
    ifExists: request.ifExists,
    onFailure: request.onFailure,
    scope: request.scope,
    ...(request.backup && { backup: request.backup }),
    ...(request.gates && { gates: request.gates }),
    ...(request.file?.vacuum && { vacuum: true }),
  },
  ...(request.file?.mapping && { mapping: request.file.mapping }),
  accept: request.accept,
})
