/** What operators order, written where lanes and commands without Temporal read it. */
import type { OperatorEvent, Orders } from '../model/control.ts'
import { Failure } from '../model/failure.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Work } from './edge.ts'

export interface OrdersInput {
  place: RunPlace
  orders: Orders
  /** How the run stands with them. */
  state: 'running' | 'paused' | 'waiting'
  /** All events of the run so far, in their order; those that are there already stay as they are. */
  events: OperatorEvent[]
}

/** Written in one transaction; older revisions than what stands there change nothing. */
export async function noteOrders(_work: Work, { place }: OrdersInput): Promise<void> {
  throw new Failure({ code: 'internal', object: `run ${place.run}`, message: 'orders cannot be noted yet' })
}
