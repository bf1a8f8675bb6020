/** Writes orders and events into the ledger, behind the run's back: an order never waits for the target. */
import { CancellationScope, condition } from '@temporalio/workflow'
import type { OperatorEvent, Orders } from '../model/control.ts'
import type { Limits, RunPlace } from './messages.ts'
import { anyWork, lastNotes } from './proxies.ts'

/** What the ledger is to say. */
export interface Stand {
  orders: Orders
  state: 'running' | 'paused' | 'waiting'
  events: readonly OperatorEvent[]
}

export class LedgerNotes {
  readonly #limits: Limits | undefined
  readonly #stand: () => Stand
  /** What lanes are to know before they read it there. */
  readonly #before: () => Promise<void>
  readonly #after: () => void
  #place: RunPlace | undefined
  #dirty = false
  #writing: CancellationScope | undefined
  #sent = 0
  #written = 0
  #eventsWritten = 0
  /** The ledger lets work begin; false from the moment on in which it may say otherwise. */
  #open = true

  constructor(
    stand: () => Stand,
    around: { before: () => Promise<void>; after: () => void; limits: Limits | undefined },
  ) {
    this.#stand = stand
    this.#before = around.before
    this.#after = around.after
    this.#limits = around.limits
  }

  /** From here on there is a ledger; what was ordered before goes into it. */
  open(place: RunPlace): void {
    this.#place = place
    if (this.#dirty) this.#begin()
  }

  get place(): RunPlace | undefined {
    return this.#place
  }

  /** Something is to be written. */
  touch(): void {
    this.#dirty = true
    this.#begin()
  }

  /** Work that begins now finds a ledger that lets it. */
  get lets(): boolean {
    return this.#open
  }

  /** All is written, or cannot be. */
  get quiet(): boolean {
    return this.#place === undefined || (!this.#dirty && this.#writing === undefined)
  }

  /** What was written last is what is to be written. */
  get current(): boolean {
    return !this.#dirty
  }

  /** Notes that were written, or given up, so far. */
  get written(): number {
    return this.#written
  }

  /** Ends the writing; events that are not there yet are tried once more, briefly. */
  async close(): Promise<void> {
    this.#writing?.cancel()
    await condition(() => this.#writing === undefined)
    const place = this.#place
    const stand = this.#stand()
    this.#place = undefined
    if (!place || stand.events.length === this.#eventsWritten) return
    // The failure that ends the run is told whether or not this succeeds.
    await lastNotes(this.#limits)
      .noteOrders(this.#note(place, stand))
      .catch(() => {})
  }

  #begin(): void {
    if (this.#place === undefined || this.#writing !== undefined) return
    // A cancelled run still says what was ordered.
    void CancellationScope.nonCancellable(() => {
      const scope = new CancellationScope()
      this.#writing = scope
      return scope.run(() => this.#write(scope))
    })
  }

  async #write(scope: CancellationScope): Promise<void> {
    while (this.#dirty && !scope.consideredCancelled) {
      await this.#before()
      this.#dirty = false
      const stand = this.#stand()
      if (stand.state !== 'running') this.#open = false
      try {
        await anyWork(this.#limits).noteOrders(this.#note(this.#place!, stand))
        this.#eventsWritten = stand.events.length
      } catch {
        // What keeps the ledger from being written keeps the work from it as well, and is told there.
      }
      this.#open = stand.state === 'running'
      this.#written++
      this.#after()
    }
    this.#writing = undefined
    this.#after()
  }

  #note(place: RunPlace, { orders, state, events }: Stand) {
    return { place, no: ++this.#sent, orders, state, events: [...events] }
  }
}
