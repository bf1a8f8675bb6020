/** One child workflow that copies: what it was told, and what it has told. */
import { CancellationScope, type ChildWorkflowHandle } from '@temporalio/workflow'
import type { Orders } from '../model/control.ts'
import type { copyTable } from './copy-table.ts'
import { ordersSignal, type Told } from './messages.ts'

export class Flight {
  readonly tables: readonly string[]
  /** Lanes that the plan gives it, which an edit may change. */
  planned: number
  /** Its share; none: it rests. */
  lanes: number
  resting = false
  host: string | undefined
  /** The orders with which what is under way was begun. */
  revision = 0
  readonly scope = new CancellationScope()
  readonly #given: number
  #child: ChildWorkflowHandle<typeof copyTable> | undefined
  #sent: Orders | undefined
  #sending = false

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

  /** It has heard what it is to go by. */
  knows(all: Orders): boolean {
    return (
      !this.#child || (!this.#sending && JSON.stringify(this.#sent) === JSON.stringify(this.ordersOf(all)))
    )
  }

  /** Tells it what is news. One signal after the other, since two that are under way may change places. */
  inform(all: Orders, after: () => void): void {
    if (this.#sending || this.knows(all)) return
    this.#sending = true
    this.#sent = this.ordersOf(all)
    this.#child!.signal(ordersSignal, this.#sent)
      // One that has ended meanwhile needs no orders.
      .catch(() => {})
      .finally(() => {
        this.#sending = false
        after()
      })
  }

  /** It rests though it was told to go on: it had asked a ledger that did not let it yet, and is to be told again. */
  correct(): void {
    const { paused = true, concurrency = 1, pausedTables = [], skippedTables = [] } = this.#sent ?? {}
    const held = [...pausedTables, ...skippedTables]
    const mayGo = !paused && concurrency > 0 && !this.tables.every(table => held.includes(table))
    if (this.resting && mayGo && this.host === undefined) this.#sent = undefined
  }
}
