/**
 * The copy step under orders: a child workflow for each group of tables, some of them side by side; tables that
 * failed wait for an operator, those that are skipped are taken back.
 */
import {
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  isCancellation,
  ParentClosePolicy,
  patched,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import type { Orders } from '../model/control.ts'
import type { FailureFacts } from '../model/failure.ts'
import { copyTable } from './copy-table.ts'
import type { Course } from './course.ts'
import { factsOf, moreOf } from './failures.ts'
import { Flight } from './flight.ts'
import { isFutile, isOfOneTable } from './futile.ts'
import type { CopyTableResult, PlanSummary, RunPlace, TableGroup, Told } from './messages.ts'
import { resultOf } from './result-of-child.ts'
import { shareLanes } from './share-lanes.ts'
import type { Children } from './under-way.ts'

/** Signals of all children together: each costs the history of this workflow about four events. */
const MOST_SIGNALS = 2000

interface Item {
  no: number
  tables: string[]
}

export class Copying implements Children {
  readonly #course: Course
  readonly #place: RunPlace
  readonly #groups: readonly TableGroup[]
  readonly #queue: Item[]
  readonly #flights = new Map<number, Flight>()
  readonly #unmade: string[] = []
  /** Skipped tables that are being taken back, and those that were. */
  readonly #leaving = new Set<string>()
  readonly #left = new Set<string>()
  #no: number
  /** The first failure; and whether it ends the run. */
  #failure: { error: unknown; ends: boolean } | undefined

  constructor(course: Course, place: RunPlace, { groups }: PlanSummary) {
    this.#course = course
    this.#place = place
    this.#groups = groups
    this.#queue = groups.map(({ tables }, no) => ({ no, tables }))
    this.#no = groups.length
  }

  /** Returns when all tables are copied or skipped, with what could not be made, in words. */
  async run(): Promise<string[]> {
    const { control } = this.#course
    control.employ(this)
    try {
      for (;;) {
        const { turns } = control
        this.#take()
        this.#start()
        if (this.#isOver()) return this.#unmade
        await condition(() => control.turns !== turns)
      }
    } finally {
      // No undo runs beside a child that writes.
      await CancellationScope.nonCancellable(() =>
        condition(() => this.#flights.size === 0 && this.#leaving.size === 0),
      )
      control.employ(undefined)
    }
  }

  /** Whether all is done. With nothing under way that is not, the run ends or stands until somebody acts. */
  #isOver(): boolean {
    const { control } = this.#course
    const flights = [...this.#flights.values()]
    // Nobody resumes what a failed run leaves behind.
    if (this.#failure?.ends) for (const flight of flights) if (flight.resting) flight.scope.cancel()
    if (this.#leaving.size > 0 || flights.some(flight => !flight.resting || !this.#isHeld(flight.tables)))
      return false
    if (this.#failure?.ends && flights.length === 0) throw this.#failure.error
    if (!control.go) return false
    const failed = [...control.book.failed.keys()]
    const held = [...this.#queue, ...flights].flatMap(({ tables }) => this.#wanted(tables))
    if (this.#failure && !failedTablesWait()) throw this.#failure.error
    // It was resumed just now, and begins once the children may hear of it.
    if (held.some(table => !this.#isPaused(table))) return false
    if (failed.length === 0 && held.length === 0) return true
    control.stands(failed, held)
    return false
  }

  /** What operators want tried again goes back into the queue, as it was grouped; what they skip leaves it. */
  #take(): void {
    const { book } = this.#course.control
    for (const { tables } of this.#groups) {
      const again = tables.filter(table => book.retried.has(table))
      for (const table of again) {
        book.retried.delete(table)
        book.failed.delete(table)
      }
      const copied = again.filter(table => !book.orders.skippedTables.includes(table))
      if (copied.length > 0) this.#queue.unshift({ no: this.#no++, tables: copied })
    }
    for (const table of book.orders.skippedTables) if (this.#mayLeave(table)) void this.#leaveOut(table)
  }

  #start(): void {
    const { control, input } = this.#course
    if (!control.go || (this.#failure?.ends ?? false)) return
    while (this.#flying().length < this.#limit()) {
      const index = this.#queue.findIndex(({ tables }) =>
        this.#wanted(tables).some(table => this.#mayBegin(table)),
      )
      const gone = this.#queue.findIndex(({ tables }) => this.#wanted(tables).length === 0)
      const [item] = this.#queue.splice(gone >= 0 ? gone : index, gone >= 0 || index >= 0 ? 1 : 0)
      if (!item) break
      if (gone >= 0) continue
      control.stands([], [])
      void this.#copy({ ...item, tables: this.#wanted(item.tables) }, input.limits)
    }
  }

  async #copy(item: Item, limits: Course['input']['limits']): Promise<void> {
    const { control, progress } = this.#course
    const lanes = this.#lanesOf(item.tables)
    const flight = new Flight(item.tables, lanes)
    const { scope } = flight
    this.#flights.set(item.no, flight)
    this.#share()
    const orders = flight.ordersOf(control.ordersForChildren)
    progress.tables(item.tables, 'copying')
    try {
      const child = await scope.run(() =>
        startChild(copyTable, {
          // Children of an earlier execution may still be open where somebody terminated it; the ledger fences them.
          workflowId: `${workflowInfo().workflowId}/${workflowInfo().runId}/copy/${item.no}`,
          args: [
            {
              place: this.#place,
              tables: item.tables,
              lanes,
              laneCuts: true,
              ...(limits && { limits }),
              orders,
              group: item.no,
              signals: Math.max(2, Math.min(100, Math.floor(MOST_SIGNALS / this.#groups.length))),
            },
          ],
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          staticSummary:
            item.tables.length === 1 ? `copy ${item.tables[0]}` : `copy ${item.tables.length} small tables`,
        }),
      )
      flight.started(orders, child)
      control.stir()
      this.#ended(item, await resultOf(child))
    } catch (error) {
      this.#failed(item, error)
    } finally {
      this.#flights.delete(item.no)
      control.stir()
    }
  }

  /** Tables that are in none of the lists are in the target; what was left waits for its resume. */
  #ended({ tables }: Item, { failures, failed = [], left = [], figures = [] }: CopyTableResult): void {
    const { progress, control } = this.#course
    const missing = new Set([...failed.map(({ table }) => table), ...left])
    progress.figures(figures)
    progress.tables(
      this.#wanted(tables).filter(table => !missing.has(table)),
      'finished',
    )
    progress.tables(left, 'pending')
    if (left.length > 0) this.#queue.push({ no: this.#no++, tables: left })
    this.#unmade.push(...failures)
    for (const { table, facts } of failed) this.#hasFailed(table, facts)
    control.stir()
  }

  /** A child that copied what it could tells which tables are missing; any other way to fail concerns them all. */
  #failed(item: Item, error: unknown): void {
    const { input } = this.#course
    const result =
      error instanceof ChildWorkflowFailure ? (moreOf(error) as CopyTableResult | undefined) : undefined
    const facts = factsOf(error)
    if (this.#failure?.ends && isCancellation(error)) return
    if (result?.failed) this.#ended(item, result)
    // What is lost is done again as a whole; no table is at fault.
    else if (facts.code !== 'set-back')
      for (const table of this.#wanted(item.tables)) this.#hasFailed(table, facts)
    const cancelled = isCancellation(error) && CancellationScope.current().consideredCancelled
    const ends = cancelled || input.request.onFailure === 'rollback' || endsAll(facts)
    if (!this.#failure || (ends && !this.#failure.ends)) this.#failure = { error, ends }
  }

  #hasFailed(table: string, facts: FailureFacts): void {
    const { control, progress } = this.#course
    if (failedTablesWait()) control.book.failed.set(table, facts)
    progress.tables([table], 'failed', facts.message)
  }

  /** Nothing of it is under way. */
  #mayLeave(table: string): boolean {
    const { control } = this.#course
    if (this.#left.has(table) || this.#leaving.has(table) || control.book.failed.has(table) || !control.go)
      return false
    return ![...this.#flights.values()].some(({ tables }) => tables.includes(table))
  }

  async #leaveOut(table: string): Promise<void> {
    const { control, work, progress } = this.#course
    this.#leaving.add(table)
    try {
      await work.any.leaveOut({ place: this.#place, table })
      this.#left.add(table)
      progress.tables([table], 'skipped')
    } catch (error) {
      this.#failed({ no: -1, tables: [table] }, error)
      this.#hasFailed(table, factsOf(error))
    } finally {
      this.#leaving.delete(table)
      control.stir()
    }
  }

  #wanted(tables: readonly string[]): string[] {
    const { skippedTables } = this.#course.control.book.orders
    return skippedTables.length === 0 ? [...tables] : tables.filter(table => !skippedTables.includes(table))
  }

  #isPaused(table: string): boolean {
    return this.#course.control.book.orders.pausedTables.includes(table)
  }

  /** Neither we nor the child that would copy it hold it. */
  #mayBegin(table: string): boolean {
    return !this.#isPaused(table) && !this.#course.control.ordersForChildren.pausedTables.includes(table)
  }

  /** Groups that take a place: one whose tables are all paused takes none. */
  #flying(): Flight[] {
    return [...this.#flights.values()].filter(({ tables }) => !this.#isHeld(tables))
  }

  #isHeld(tables: readonly string[]): boolean {
    return this.#wanted(tables).every(table => this.#isPaused(table))
  }

  #limit(): number {
    const { control } = this.#course
    const { concurrency } = control.book.orders
    return Math.max(1, Math.min(control.summary?.sideBySide ?? 1, concurrency ?? Number.POSITIVE_INFINITY))
  }

  /** As the plan says now. */
  #lanesOf([table]: readonly string[]): number {
    const groups = this.#course.control.summary?.groups ?? this.#groups
    return groups.find(({ tables }) => tables.includes(table!))?.lanes ?? 1
  }

  #share(): void {
    const flying = this.#flying()
    for (const flight of flying) flight.planned = this.#lanesOf(flight.tables)
    const lanes = shareLanes(
      flying.map(({ planned }) => planned),
      this.#course.control.book.orders.concurrency,
    )
    for (const [index, flight] of flying.entries()) flight.lanes = lanes[index]!
  }

  // As the control sees it.

  inform(orders: Orders): void {
    const { control } = this.#course
    this.#share()
    for (const flight of this.#flights.values()) flight.inform(orders, () => control.stir())
  }

  knows(orders: Orders): boolean {
    return [...this.#flights.values()].every(flight => flight.knows(orders))
  }

  heard(told: Told): void {
    const flight = this.#flights.get(told.group)
    flight?.heard(told)
    if (this.#course.control.go) flight?.correct()
  }

  get resting(): boolean {
    return this.#leaving.size === 0 && [...this.#flights.values()].every(flight => flight.resting)
  }

  get hosts(): readonly string[] {
    return [...this.#flights.values()].flatMap(({ host }) => (host === undefined ? [] : [host]))
  }

  rests(table: string): boolean {
    const paused = this.#course.control.book.pausedAt(table) ?? Number.POSITIVE_INFINITY
    return [...this.#flights.values()]
      .filter(({ tables }) => tables.includes(table))
      .every(flight => flight.resting || flight.revision >= paused)
  }
}

/** Runs of versions without orders end once all that could be copied is. */
const failedTablesWait = () => patched('failed tables wait')

const endsAll = (facts: FailureFacts) =>
  isFutile(facts) && !(isOfOneTable(facts) && patched('a missing right is of one table'))
