/**
 * A run under the hands of its operators: the workflow's side of `messages.ts`. It decides; the ledger tells lanes
 * and commands, signals tell children, and the run's own work asks here before it begins.
 */
import { CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow'
import { type Edit, type Gate, NO_ORDERS, type Orders, type SignOff, type Waiting } from '../model/control.ts'
import type { FailureFacts } from '../model/failure.ts'
import { ordersLines } from '../model/orders-text.ts'
import { unpacked } from '../model/packed-summary.ts'
import type { TableProgress } from '../model/run.ts'
import type { Holder } from './carry.ts'
import { factsOf, failureOf } from './failures.ts'
import { LedgerNotes, type Stand } from './ledger-notes.ts'
import {
  figuresSignal,
  findingsQuery,
  type MigrateInput,
  type PlanSummary,
  planQuery,
  progressQuery,
  type RunPlace,
  type Told,
  waitingForQuery,
} from './messages.ts'
import { OrderBook } from './order-book.ts'
import { OrderDesk, type Ordering } from './order-desk.ts'
import type { Run } from './order-rules.ts'
import { hostWork } from './proxies.ts'
import type { RunProgress } from './run-progress.ts'
import { waitingOf } from './waiting-of.ts'

/** The children that copy, seen from the orders. */
export interface Children {
  /** Tells those that lack these orders, which stir the control when they have them. */
  inform(orders: Orders): void
  /** All have these orders. */
  knows(orders: Orders): boolean
  heard(told: Told): void
  /** Nothing of them is under way. */
  readonly resting: boolean
  /** Hosts that some of them wait for. */
  readonly hosts: readonly string[]
  /** Whether a pause holds this table: nothing of it is under way. */
  rests(table: string): boolean
}

/**
 * Orders change the book at once, and nothing else: what follows from them is done in `#react`, when all that came
 * in the same moment has been heard. A task that is replayed may bring an order and a result together that came
 * one after the other: so nothing may depend on which of them came first.
 */
export class Control implements Holder, Ordering {
  readonly run: string
  readonly name: string
  readonly book = new OrderBook()
  readonly #input: MigrateInput
  readonly #progress: RunProgress
  readonly #notes: LedgerNotes
  readonly #hosts = new Map<string, number>()
  readonly #root = CancellationScope.current()
  readonly #reads = new Set<CancellationScope>()
  #underWay = 0
  #turns = 0
  #stirred = false
  #going = true
  #children: Children | undefined
  #forChildren: Orders = NO_ORDERS
  /** Children are to know these before lanes read them in the ledger. */
  #stops = false
  #summary: PlanSummary | undefined
  #gateText = ''
  /** Failed or paused tables are all that is left to do. */
  #stands: { failed: readonly string[]; paused: readonly string[] } = NOTHING

  constructor(input: MigrateInput, progress: RunProgress) {
    this.run = input.run
    this.name = input.name
    this.#input = input
    this.#progress = progress
    this.#notes = new LedgerNotes(input.limits, () => this.stir())
    this.#answer()
    new OrderDesk(this)
    this.#live()
  }

  /** Grows whenever something may have changed that decides what is to be done next. */
  get turns(): number {
    return this.#turns
  }

  /** Something has changed: it is looked at once all that comes with it is there. */
  stir(): void {
    void Promise.resolve().then(() => {
      this.#stirred = true
    })
  }

  get summary(): PlanSummary | undefined {
    return this.#summary
  }

  planned(summary: PlanSummary): void {
    this.#summary = summary
    this.stir()
  }

  /** The ledger is there: what was ordered before it was goes into it. */
  opened(place: RunPlace): void {
    this.#notes.open(place)
    if (this.book.orders.revision > 0) this.#notes.touch()
    this.stir()
  }

  employ(children: Children | undefined): void {
    this.#children = children
    this.stir()
  }

  /** What a child begins with. */
  get ordersForChildren(): Orders {
    return this.#forChildren
  }

  /** All that can be done is done but for these tables. */
  stands(failed: readonly string[], paused: readonly string[]): void {
    const before = this.#ledgerState
    const was = this.#stands
    this.#stands = { failed, paused }
    if (this.#ledgerState !== before) this.#notes.touch()
    if (was.failed.join() !== failed.join() || was.paused.join() !== paused.join()) this.stir()
  }

  /** Stands at a gate until somebody decides; `on` is said behind the gate's name. */
  async gate(gate: Gate, on: string): Promise<SignOff> {
    const { book } = this
    const known = book.signOffs.length
    book.gate = gate
    this.#gateText = on
    this.#notes.touch()
    this.stir()
    await this.rest(() => book.signOffs.length > known)
    return book.signOffs.at(-1)!
  }

  /** Waits until somebody asks for the undo again, or cancels the run; `facts` say why it failed. */
  async park(facts: FailureFacts): Promise<boolean> {
    const { book } = this
    const root = this.#root
    const before = root.consideredCancelled
    const released = () => root.consideredCancelled && !before
    book.parked = facts
    this.stir()
    await condition(() => book.parked === undefined || released())
    book.parked = undefined
    this.stir()
    return !released()
  }

  /** From here on nothing is ordered any more; all that was is in the ledger. */
  async finish(): Promise<void> {
    await this.rest(() => this.#notes.quiet && this.go)
    this.book.over = ENDING
  }

  /** The same for a run that ends badly: nobody waits for a ledger that is away. */
  async giveUp(): Promise<void> {
    this.book.over = ENDING
    this.book.gate = undefined
    this.#stands = NOTHING
    this.#children = undefined
    // Whoever waits to change the plan hears that there is nothing to change any more.
    this.stir()
    await this.#notes.close(this.#stand)
    this.#publish()
  }

  // As the holder of the run's own work.

  /** A pause holds at once, a resume when it was thought through. */
  get go(): boolean {
    const { orders, editing } = this.book
    return this.#going && !orders.paused && !editing
  }

  get heard(): number {
    return this.#notes.written
  }

  async rest(until: () => boolean): Promise<void> {
    while (!until()) {
      const turns = this.#turns
      await condition(() => this.#turns !== turns)
    }
  }

  async refused(heard: number): Promise<void> {
    if (this.#notes.quiet && this.#notes.written === heard) this.#notes.touch()
    this.stir()
    await this.rest(() => this.#notes.written > heard && this.go)
  }

  begins(reads: CancellationScope | undefined): void {
    this.#underWay++
    if (reads) this.#reads.add(reads)
  }

  ends(reads: CancellationScope | undefined): void {
    this.#underWay--
    if (reads) this.#reads.delete(reads)
    if (this.book.orders.paused) this.stir()
  }

  away(host: string): void {
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1)
    this.stir()
  }

  back(host: string): void {
    this.#hosts.set(host, this.#hosts.get(host)! - 1)
    this.stir()
  }

  // As the run that orders are for.

  get rules(): Run {
    const { name, mode } = this.#input
    const { tables, steps } = this.#progress.progress
    const copy = steps.find(step => step.name === 'copy')?.state ?? 'skipped'
    return { name, mode, book: this.book, tables, copy, writes: this.#notes.isOpen }
  }

  spread(stops: boolean): void {
    this.#stands = NOTHING
    this.#stops ||= stops
    this.#notes.touch()
    this.stir()
  }

  async rested(): Promise<void> {
    const { book } = this
    this.stir()
    const turns = this.#turns
    await this.rest(
      () => this.#turns > turns && (this.#resting || book.over !== undefined || !book.orders.paused),
    )
  }

  async write(edit: Edit): Promise<number> {
    const place = this.#notes.place!
    const revision = (this.#summary?.revision ?? 1) + 1
    try {
      const written = await hostWork(place.host, this.#input.limits).applyEdit({ place, edit, revision })
      this.#summary = unpacked(written)
    } catch (error) {
      if (isCancellation(error)) throw error
      throw failureOf(factsOf(error))
    }
    this.#progress.edited(this.#summary)
    return revision
  }

  // What follows from what has changed.

  #live(): void {
    // It lives as long as the workflow; a cancelled one decides by itself what is still to be told.
    void CancellationScope.nonCancellable(async () => {
      for (;;) {
        await condition(() => this.#stirred)
        this.#stirred = false
        this.#react()
      }
    })
  }

  #react(): void {
    if (this.book.over === undefined) this.#follow()
    this.#turns++
    this.#publish()
  }

  #follow(): void {
    const { orders, editing } = this.book
    if (orders.paused) for (const scope of this.#reads) scope.cancel()
    // What stops work is told to children before lanes read it, what lets it go on once the ledger lets it.
    if (this.#stops || this.#notes.quiet)
      this.#forChildren = { ...orders, paused: orders.paused || editing || !this.#notes.lets }
    this.#children?.inform(this.#forChildren)
    if (!this.#stops || (this.#children?.knows(this.#forChildren) ?? true)) {
      this.#stops = false
      this.#notes.write(this.#stand)
    }
    this.#going = !orders.paused && !editing && this.#notes.lets
  }

  get #stand(): Stand {
    return { orders: this.book.orders, state: this.#ledgerState, events: this.book.events }
  }

  // What is told.

  #answer(): void {
    setHandler(progressQuery, () =>
      this.#progress.view(table => this.#isHeld(table), this.book.orders.rowsPerSecond),
    )
    setHandler(planQuery, () => this.#summary)
    setHandler(findingsQuery, () => this.#summary?.findings ?? this.#summary?.refusals ?? [])
    setHandler(waitingForQuery, () => this.#waiting)
    setHandler(figuresSignal, told => {
      this.#children?.heard(told)
      this.#progress.figures(told.figures)
      this.stir()
    })
  }

  /** A pause holds it, and nothing of it is under way. */
  #isHeld({ name, state }: TableProgress): boolean {
    const { paused, pausedTables } = this.book.orders
    const ordered = pausedTables.includes(name) || (paused && state === 'copying')
    return ordered && (this.#children?.rests(name) ?? true)
  }

  get #resting(): boolean {
    return this.#underWay === 0 && (this.#children?.resting ?? true)
  }

  get #waiting(): Waiting[] {
    const hosts = new Set(this.#children?.hosts)
    for (const [host, count] of this.#hosts) if (count > 0) hosts.add(host)
    const { failed, paused } = this.#stands
    return waitingOf(this.book, { failed, paused, hosts, resting: this.#resting, gateText: this.#gateText })
  }

  get #ledgerState(): 'running' | 'paused' | 'waiting' {
    if (this.book.orders.paused) return 'paused'
    return this.book.gate || this.#stands.failed.length > 0 ? 'waiting' : 'running'
  }

  #publish(): void {
    const waiting = this.#waiting
    const { orders, signOffs, events, over } = this.book
    this.#progress.ordered({
      state: orders.paused && over === undefined ? 'paused' : waiting.length > 0 ? 'waiting' : undefined,
      waiting,
      orders: ordersLines(orders),
      signOffs,
      events,
      failed: [...this.book.failed.keys()],
    })
  }
}

const ENDING = 'it is ending, and takes no orders any more'
const NOTHING = { failed: [], paused: [] } as const
