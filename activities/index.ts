/** All activities of a worker, each guarded at its edge. */
import type { SourceEndpoint } from '../model/endpoint.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { AnyRequest } from '../model/plan-request.ts'
import { type Sided, VERB_NAMES, type Verbs, verbFor } from './directions.ts'
import { type Dependencies, guarded, type Input } from './edge.ts'

/** Endpoints of every direction, where the verbs of one name its own. */
interface Any {
  request: AnyRequest
  only: AnyRequest
  place: RunPlace<AnyRequest['target']>
  source: SourceEndpoint
  target: AnyRequest['target']
}
type OfAny<I> = { [K in keyof I]: K extends keyof Any ? Any[K] : I[K] }

export type Activities = {
  [V in keyof Verbs]: (input: OfAny<Parameters<Verbs[V]>[1]>) => ReturnType<Verbs[V]>
}

/** Makes the activities of one worker; everything they need from outside comes in `deps`. */
export function createActivities(deps: Dependencies): Activities {
  const activities = VERB_NAMES.map(name => [
    name,
    guarded(deps, name, (work, input: Input & Sided) => verbFor(name, input)(work, input as never)),
  ])
  return Object.fromEntries(activities)
}
