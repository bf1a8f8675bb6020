/** Writes orders and events into the ledger, behind the run's back: an order never waits for the target. */
import { CancellationScope, condition } from '@temporalio/workflow'
import type { OperatorEvent, Orders } from '../model/control.ts'
import type { Limits, RunPlace } from './messages.ts'
import { lastNotes, near } from './proxies.ts'

/** What the ledger is to say. */
export interface Stand {
  orders: Orders
  state: 'running' | 'paused' | 'waiting'
  events: readonly OperatorEvent[]
}

export class LedgerNotes {
  readonly #limits: Limits | undefined
  readonly #after: () => void
  #place: RunPlace | undefined
  #dirty = false
  #writing: CancellationScope | undefined
  #sent = 0
  #written = 0
  #eventsWritten = 0
  #lets = true

  /** @param after hears that something was written */
  constructor(limits: Limits | undefined, after: () => void) {
    this.#limits = limits
    this.#after = after
  }

  /** From here on there is a ledger. */
  open(place: RunPlace): void {
    this.#place = place
  }

  get isOpen(): boolean {
    return this.#place !== undefined
  }

  get place(): RunPlace | undefined {
    return this.#place
  }

  /** Something is to be written. */
  touch(): void {
    this.#dirty = true
  }

  /** Work that begins now finds a ledger that lets it; false from the moment on in which it may say otherwise. */
  get lets(): boolean {
    return this.#lets
  }

  /** All is written, or cannot be. */
  get quiet(): boolean {
    return this.#place === undefined || (!this.#dirty && this.#writing === undefined)
  }

  /** Notes that were written, or given up, so far. */
  get written(): number {
    return this.#written
  }

  /** Writes what is to be written, unless it is at it: then it is asked again afterwards. */
  write(stand: Stand): void {
    const place = this.#place
    if (!place || !this.#dirty || this.#writing) return
    this.#dirty = false
    if (stand.state !== 'running') this.#lets = false
    // A cancelled run still says what was ordered.
    void CancellationScope.nonCancellable(async () => {
      this.#writing = new CancellationScope()
      await this.#writing.run(() => this.#note(place, stand))
      this.#writing = undefined
      this.#after()
    })
  }

  /** Ends the writing; events that are not there yet are tried once more, briefly. */
  async close(stand: Stand): Promise<void> {
    this.#writing?.cancel()
    if (this.#writing) await condition(() => this.#writing === undefined)
    const place = this.#place
    this.#place = undefined
    if (!place || stand.events.length === this.#eventsWritten) return
    // The failure that ends the run is told whether or not this succeeds.
    await lastNotes(this.#limits)
      .noteOrders(this.#payload(place, stand))
      .catch(() => {})
  }

  async #note(place: RunPlace, stand: Stand): Promise<void> {
    try {
      await near(place.target, this.#limits).noteOrders(this.#payload(place, stand))
      this.#eventsWritten = stand.events.length
    } catch {
      // What keeps the ledger from being written keeps the work from it as well, and is told there.
    }
    this.#lets = stand.state === 'running'
    this.#written++
  }

  #payload(place: RunPlace, { orders, state, events }: Stand) {
    return { place, no: ++this.#sent, orders, state, events: [...events] }
  }
}
