/**
 * A run under the hands of its operators: the workflow's side of `messages.ts`. It decides; the ledger tells lanes
 * and commands, signals tell children, and the run's own work asks here before it begins.
 */
import { CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow'
import { type Edit, type Gate, NO_ORDERS, type Orders, type SignOff } from '../model/control.ts'
import type { FailureFacts } from '../model/failure.ts'
import { unpacked } from '../model/packed-summary.ts'
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
  waitingForQuery,
} from './messages.ts'
import { OrderBook } from './order-book.ts'
import { OrderDesk, type Ordering } from './order-desk.ts'
import type { Run } from './order-rules.ts'
import { hostWork } from './proxies.ts'
import type { RunProgress } from './run-progress.ts'
import { Stance } from './stance.ts'
import { type Children, UnderWay } from './under-way.ts'

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
  readonly #underWay = new UnderWay()
  readonly #stance: Stance
  readonly #root = CancellationScope.current()
  #turns = 0
  #stirred = false
  #going = true
  #forChildren: Orders = NO_ORDERS
  /** Children are to know these before lanes read them in the ledger. */
  #stops = false
  #summary: PlanSummary | undefined

  constructor(input: MigrateInput, progress: RunProgress) {
    this.run = input.run
    this.name = input.name
    this.#input = input
    this.#progress = progress
    this.#stance = new Stance(this.book, progress, this.#underWay)
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
    this.#underWay.children = children
    this.stir()
  }

  /** What a child begins with. */
  get ordersForChildren(): Orders {
    return this.#forChildren
  }

  /** All that can be done is done but for these tables. */
  stands(failed: readonly string[], paused: readonly string[]): void {
    const before = this.#stance.ledgerState
    const news = this.#stance.left(failed, paused)
    if (this.#stance.ledgerState !== before) this.#notes.touch()
    if (news) this.stir()
  }

  /** Stands at a gate until somebody decides; `on` is said behind the gate's name. */
  async gate(gate: Gate, on: string): Promise<SignOff> {
    const { book } = this
    const known = book.signOffs.length
    this.#stance.halts(gate, on)
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

  /** All is done again that is lost, also what failed meanwhile: it takes orders as before. */
  setBack(): void {
    this.book.over = undefined
    this.book.failed.clear()
    this.book.retried.clear()
    this.stands([], [])
    this.stir()
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
    this.#stance.moves()
    this.#underWay.children = undefined
    // Whoever waits to change the plan hears that there is nothing to change any more.
    this.stir()
    await this.#notes.close(this.#stand)
    this.#stance.publish()
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
    this.#underWay.begins(reads)
  }

  ends(reads: CancellationScope | undefined): void {
    this.#underWay.ends(reads)
    if (this.book.orders.paused) this.stir()
  }

  away(host: string): void {
    this.#underWay.away(host)
    this.stir()
  }

  back(host: string): void {
    this.#underWay.back(host)
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
    this.#stance.moves()
    this.#stops ||= stops
    this.#notes.touch()
    this.stir()
  }

  async rested(): Promise<void> {
    const { book } = this
    this.stir()
    const turns = this.#turns
    await this.rest(
      () => this.#turns > turns && (this.#underWay.resting || book.over !== undefined || !book.orders.paused),
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
    this.#stance.publish()
  }

  #follow(): void {
    const { orders, editing } = this.book
    const { children } = this.#underWay
    if (orders.paused) this.#underWay.breakOff()
    // What stops work is told to children before lanes read it, what lets it go on once the ledger lets it.
    if (this.#stops || this.#notes.quiet)
      this.#forChildren = { ...orders, paused: orders.paused || editing || !this.#notes.lets }
    children?.inform(this.#forChildren)
    if (!this.#stops || (children?.knows(this.#forChildren) ?? true)) {
      this.#stops = false
      this.#notes.write(this.#stand)
    }
    this.#going = !orders.paused && !editing && this.#notes.lets
  }

  get #stand(): Stand {
    return { orders: this.book.orders, state: this.#stance.ledgerState, events: this.book.events }
  }

  // What is told.

  #answer(): void {
    setHandler(progressQuery, () => this.#stance.view)
    setHandler(planQuery, () => this.#summary)
    setHandler(findingsQuery, () => this.#summary?.findings ?? this.#summary?.refusals ?? [])
    setHandler(waitingForQuery, () => this.#stance.waiting)
    setHandler(figuresSignal, told => {
      this.#underWay.children?.heard(told)
      this.#progress.figures(told.figures)
      this.stir()
    })
  }
}

const ENDING = 'it is ending, and takes no orders any more'
