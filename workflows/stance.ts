/** How a run stands: what it waits for, and what the ledger and everybody who asks are told of that. */
import type { Gate, Waiting } from '../model/control.ts'
import { ordersLines } from '../model/orders-text.ts'
import type { Progress, TableProgress } from '../model/run.ts'
import type { OrderBook } from './order-book.ts'
import type { RunProgress } from './run-progress.ts'
import type { UnderWay } from './under-way.ts'
import { waitingOf } from './waiting-of.ts'

export class Stance {
  readonly #book: OrderBook
  readonly #progress: RunProgress
  readonly #underWay: UnderWay
  #failed: readonly string[] = []
  #paused: readonly string[] = []
  #gateText = ''

  constructor(book: OrderBook, progress: RunProgress, underWay: UnderWay) {
    this.#book = book
    this.#progress = progress
    this.#underWay = underWay
  }

  /** All that is left to do are tables that failed or are paused; whether that is news. */
  left(failed: readonly string[], paused: readonly string[]): boolean {
    const news = this.#failed.join() !== failed.join() || this.#paused.join() !== paused.join()
    this.#failed = failed
    this.#paused = paused
    return news
  }

  /** There is something to do again, or nothing any more. */
  moves(): void {
    this.#failed = []
    this.#paused = []
  }

  /** @param on is said behind the gate's name */
  halts(gate: Gate, on: string): void {
    this.#book.gate = gate
    this.#gateText = on
  }

  get ledgerState(): 'running' | 'paused' | 'waiting' {
    if (this.#book.orders.paused) return 'paused'
    return this.#book.gate || this.#failed.length > 0 ? 'waiting' : 'running'
  }

  get waiting(): Waiting[] {
    const { hosts, resting } = this.#underWay
    const [failed, paused, gateText] = [this.#failed, this.#paused, this.#gateText]
    return waitingOf(this.#book, { failed, paused, hosts, resting, gateText })
  }

  /** What is answered to whoever asks how far it is. */
  get view(): Progress {
    return this.#progress.view(table => this.#isHeld(table), this.#book.orders.rowsPerSecond)
  }

  /** A pause holds it, and nothing of it is under way. */
  #isHeld({ name, state }: TableProgress): boolean {
    const { paused, pausedTables } = this.#book.orders
    const ordered = pausedTables.includes(name) || (paused && state === 'copying')
    return ordered && this.#underWay.rests(name)
  }

  /** Writes it where it is seen without asking. */
  publish(): void {
    const { waiting } = this
    const { orders, signOffs, events, over, failed } = this.#book
    this.#progress.ordered({
      state: orders.paused && over === undefined ? 'paused' : waiting.length > 0 ? 'waiting' : undefined,
      waiting,
      orders: ordersLines(orders),
      signOffs,
      events,
      failed: [...failed.keys()],
    })
  }
}
