/** One child workflow that copies: what it was told, and what it has told. */
import type { ChildWorkflowHandle } from '@temporalio/workflow'
import type { Orders } from '../model/control.ts'
import type { copyTable } from './copy-table.ts'
import { ordersSignal, type Told } from './messages.ts'

export class Flight {
  readonly tables: readonly string[]
  /** Lanes that the plan gives it, which an edit may change. */
  planned: number
  /** Its share; none: it rests. */
  lanes: number
  readonly #given: number
  resting = false
  host: string | undefined
  /** The orders with which what is under way was begun. */
  revision = 0
  #child: ChildWorkflowHandle<typeof copyTable> | undefined
  #sent: Orders | undefined
  #wanted: Orders | undefined
  #isSending = false
  #sending: Promise<void> | undefined

  constructor(tables: readonly string[], lanes: number) {
    this.tables = tables
    this.#given = lanes
    this.planned = lanes
    this.lanes = lanes
  }

  /** What this child is to go by: its share of the lanes in place of the whole. */
  ordersOf(all: Orders): Orders {
    const { concurrency: _, ...orders } = all
    return this.lanes === this.#given ? orders : { ...orders, concurrency: this.lanes }
  }

  started(orders: Orders, child: ChildWorkflowHandle<typeof copyTable>): void {
    this.#child = child
    this.#sent = orders
    this.revision = orders.revision
  }

  heard({ resting, revision, host }: Told): void {
    this.resting = resting
    this.host = host
    this.revision = revision
  }

  /** Tells it what is news; settles when it has heard all. */
  async inform(all: Orders): Promise<void> {
    this.#wanted = this.ordersOf(all)
    if (!this.#isSending) this.#sending = this.#send()
    await this.#sending
  }

  /** It rests though it was told to go on: it has asked a ledger that did not let it yet. */
  get mistaken(): boolean {
    const { paused = true, concurrency = 1, pausedTables = [], skippedTables = [] } = this.#sent ?? {}
    const held = [...pausedTables, ...skippedTables]
    const mayGo = !paused && concurrency > 0 && !this.tables.every(table => held.includes(table))
    return this.resting && mayGo && this.host === undefined
  }

  /** Tells it the same once more. */
  async repeat(all: Orders): Promise<void> {
    await this.#sending
    this.#sent = undefined
    await this.inform(all)
  }

  /** One signal after the other, since two that are under way may change places. */
  async #send(): Promise<void> {
    this.#isSending = true
    const child = this.#child
    while (child && JSON.stringify(this.#wanted) !== JSON.stringify(this.#sent)) {
      const orders = this.#wanted!
      this.#sent = orders
      // One that has ended meanwhile needs no orders.
      await child.signal(ordersSignal, orders).catch(() => {})
    }
    this.#isSending = false
  }
}
