/** What operators order, written where lanes read it. */
import type { Note } from '../../ledger/control.ts'
import type { Work } from '../edge.ts'
import type { FilePlace } from './file.ts'
import { noteOrdersOf } from './orders.ts'

export async function noteOrders(
  { home }: Work,
  { place, ...note }: Note & { place: FilePlace },
): Promise<void> {
  noteOrdersOf(home, place, note)
}
