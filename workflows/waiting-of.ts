/** What a run waits for, in words and as data. */
import type { Waiting } from '../model/control.ts'
import { tablesText } from '../model/orders-text.ts'
import type { OrderBook } from './order-book.ts'
import { undoText } from './undo.ts'

/** How the run stands, besides its orders. */
export interface Stands {
  /** Tables that are all that is left to do. */
  failed: readonly string[]
  paused: readonly string[]
  /** Hosts that nobody works for. */
  hosts: ReadonlySet<string>
  /** Nothing is under way. */
  resting: boolean
  /** What is said behind the name of the gate. */
  gateText: string
}

export function waitingOf(book: OrderBook, { failed, paused, hosts, resting, gateText }: Stands): Waiting[] {
  const { orders, gate, parked, over } = book
  if (over !== undefined) return parked ? [{ kind: 'operator', text: undoText(parked) }] : []
  const waiting: Waiting[] = []
  if (gate) waiting.push({ kind: 'gate', gate, text: `an approval at the gate ${gate}${gateText}` })
  if (failed.length > 0)
    waiting.push({ kind: 'operator', text: failedText(book, failed), tables: [...failed] })
  if (orders.paused && resting) waiting.push({ kind: 'resume', text: 'a resume' })
  if (!orders.paused && paused.length > 0)
    waiting.push({ kind: 'resume', text: `a resume of ${tablesText(paused)}`, tables: [...paused] })
  for (const host of hosts) waiting.push({ kind: 'host', text: `a worker on host ${host}`, host })
  return waiting
}

function failedText({ failed }: OrderBook, tables: readonly string[]): string {
  const facts = failed.get(tables[0]!)
  const reason = tables.length === 1 && facts ? `: ${facts.message}` : ''
  return `an operator, as ${tablesText(tables)} failed${reason}`
}
