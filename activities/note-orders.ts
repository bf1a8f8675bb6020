/** What operators order, written where lanes and commands without Temporal read it. */
import { type Note, writeNote } from '../ledger/control.ts'
import type { RunPlace } from '../model/payloads.ts'
import type { Work } from './edge.ts'
import { withTarget } from './target.ts'

export interface OrdersInput extends Note {
  place: RunPlace
}

/** Written in one transaction; a note that an attempt before was late with changes nothing under a later one. */
export async function noteOrders({ home }: Work, { place, ...note }: OrdersInput): Promise<void> {
  await withTarget(home, place, ({ client, ledger, token }) => writeNote(client, ledger, token, note))
}
