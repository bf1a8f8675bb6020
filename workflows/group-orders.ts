/** The orders as a child that copies knows them, and what it tells its parent. */
import { condition, getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow'
import { NO_ORDERS, type Orders, type TableFigures } from '../model/control.ts'
import type { Holder } from './carry.ts'
import { type CopyTableInput, figuresSignal, ordersSignal } from './messages.ts'

/** Figures are told when one part in so many of the chunks has come since. */
const SHARE = 100

export class GroupOrders implements Holder {
  readonly run: string
  readonly #input: CopyTableInput
  #orders: Orders
  #heard = 0
  #underWay = 0
  #waiting = 0
  #hosts: string[] = []
  #resting = false
  /** The orders with which what is under way was begun, and those of which the parent knows that. */
  #begun: number
  #known: number
  #signals: number
  readonly #figures = new Map<string, TableFigures>()
  readonly #counted = new Set<string>()
  #news = false
  #toldDone = 0

  constructor(input: CopyTableInput) {
    this.run = input.place.run
    this.#input = input
    this.#orders = input.orders ?? NO_ORDERS
    this.#begun = this.#known = this.#orders.revision
    this.#signals = input.signals ?? 0
    setHandler(ordersSignal, orders => {
      this.#heard++
      if (orders.revision >= this.#orders.revision) this.#orders = orders
    })
    // It ends with the workflow, or with a parent that is no more.
    this.#speak().catch(() => {})
  }

  get lanes(): number {
    return this.#orders.concurrency ?? this.#input.lanes
  }

  get revision(): number {
    return this.#orders.revision
  }

  isSkipped(table: string): boolean {
    return this.#orders.skippedTables.includes(table)
  }

  isPaused(table: string): boolean {
    return this.#orders.pausedTables.includes(table)
  }

  get figures(): TableFigures[] {
    return [...this.#figures.values()]
  }

  /** What goes into the next execution. */
  get carried(): Partial<CopyTableInput> {
    return this.#input.orders || this.#heard > 0 ? { orders: this.#orders, signals: this.#signals } : {}
  }

  /** Takes over what a lane has counted; told where it is much. */
  counted(figures: readonly TableFigures[]): void {
    for (const table of figures) {
      if (this.#figures.get(table.name)?.chunksDone === table.chunksDone) continue
      this.#figures.set(table.name, table)
      this.#counted.add(table.name)
    }
    const chunks = this.figures.reduce((sum, table) => sum + table.chunks, 0)
    const done = this.figures.reduce((sum, table) => sum + table.chunksDone, 0)
    // What ends now is told by the result.
    if (this.#signals === 0 || done === chunks || (done - this.#toldDone) * SHARE < chunks) return
    this.#signals--
    this.#toldDone = done
    this.#tell()
  }

  // As the holder of the group's work.

  get go(): boolean {
    return !this.#orders.paused && this.lanes > 0
  }

  get heard(): number {
    return this.#heard
  }

  async rest(until: () => boolean): Promise<void> {
    this.#waiting++
    this.#mayRest()
    try {
      await condition(until)
    } finally {
      this.#waiting--
    }
  }

  async refused(heard: number): Promise<void> {
    await this.rest(() => this.#heard > heard && this.go)
  }

  begins(): void {
    this.#underWay++
    this.#begun = this.#underWay === 1 ? this.revision : this.#begun
    if (!this.#resting && this.#begun === this.#known) return
    this.#resting = false
    this.#tell()
  }

  ends(): void {
    this.#underWay--
    this.#mayRest()
  }

  away(host: string): void {
    this.#hosts.push(host)
    this.#waiting++
    this.#tell()
  }

  back(host: string): void {
    this.#hosts.splice(this.#hosts.indexOf(host), 1)
    this.#waiting--
    this.#tell()
  }

  #mayRest(): void {
    if (this.#resting || this.#underWay > 0 || this.#waiting === 0) return
    this.#resting = true
    this.#begun = this.revision
    this.#tell()
  }

  /** Told once all that comes with it is there. */
  #tell(): void {
    void Promise.resolve().then(() => {
      this.#news = true
    })
  }

  /** One signal after the other, since two that are under way may change places; all news of a moment in one. */
  async #speak(): Promise<void> {
    const { parent } = workflowInfo()
    const { group } = this.#input
    if (!parent || group === undefined) return
    const handle = getExternalWorkflowHandle(parent.workflowId, parent.runId)
    for (;;) {
      await condition(() => this.#news)
      this.#news = false
      const figures = [...this.#counted].map(name => this.#figures.get(name)!)
      this.#counted.clear()
      this.#known = this.#begun
      const [host] = this.#hosts
      const told = {
        figures,
        resting: this.#resting,
        revision: this.#begun,
        ...(host !== undefined && { host }),
      }
      await handle.signal(figuresSignal, { group, ...told })
    }
  }
}
