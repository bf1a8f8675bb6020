/** The orders in force, and what operators have done: the state alone; `order-rules.ts` says what is refused. */
import {
  type Edit,
  type Gate,
  NO_ORDERS,
  type OperatorEvent,
  type Orders,
  type SignOff,
} from '../model/control.ts'
import type { FailureFacts } from '../model/failure.ts'
import { lanesText, rateText } from '../model/orders-text.ts'

/** Who gives an order, as far as they say. */
export interface By {
  by?: string
  comment?: string
}

export interface Throttle {
  rowsPerSecond?: number | null
  concurrency?: number | null
}

export class OrderBook {
  orders: Orders = NO_ORDERS
  readonly events: OperatorEvent[] = []
  readonly signOffs: SignOff[] = []
  /** The gate at which the run stands. */
  gate: Gate | undefined
  /** Tables that failed, with the reason. */
  readonly failed = new Map<string, FailureFacts>()
  /** Failed tables that an operator wants tried again. */
  readonly retried = new Set<string>()
  /** An undo that failed and waits for somebody to mend what stood in its way. */
  parked: FailureFacts | undefined
  /** A change of the plan that waits for the pause to hold, or is being written. */
  editing = false
  /** Why nothing can be ordered any more, in words. */
  over: string | undefined
  readonly #pausedAt = new Map<string, number>()

  pause(table: string | undefined, by: By): void {
    const { pausedTables } = this.orders
    this.#change(table === undefined ? { paused: true } : { pausedTables: [...pausedTables, table] })
    if (table !== undefined) this.#pausedAt.set(table, this.orders.revision)
    this.#note({ kind: 'pause', ...object(table) }, by)
  }

  resume(table: string | undefined, by: By): void {
    this.#change(table === undefined ? { paused: false } : { pausedTables: this.#others(table) })
    this.#note({ kind: 'resume', ...object(table) }, by)
  }

  /** Null takes a limit away; returns what it comes to, in words. */
  throttle({ rowsPerSecond, concurrency }: Throttle, by: By): string {
    const { rowsPerSecond: rows, concurrency: lanes, ...rest } = this.orders
    const kept = {
      ...limit('rowsPerSecond', rowsPerSecond === undefined ? rows : rowsPerSecond),
      ...limit('concurrency', concurrency === undefined ? lanes : concurrency),
    }
    this.orders = { ...rest, ...kept, revision: rest.revision + 1 }
    const detail = [
      ...(rowsPerSecond === undefined ? [] : [rowsPerSecond === null ? 'no limit' : rateText(rowsPerSecond)]),
      ...(concurrency === undefined
        ? []
        : [concurrency === null ? 'lanes as planned' : lanesText(concurrency)]),
    ].join(', ')
    this.#note({ kind: 'throttle', detail }, by)
    return detail
  }

  skip(table: string, by: By): void {
    this.#change({ skippedTables: [...this.orders.skippedTables, table], pausedTables: this.#others(table) })
    this.failed.delete(table)
    this.retried.delete(table)
    this.#note({ kind: 'skip', object: table }, by)
  }

  /**
   * What an execution of this run before this one was told to leave out stays left out. What held it or slowed it
   * down does not: somebody wants it to go on.
   *
   * @param lifted such orders, in words
   */
  inherit(skipped: readonly string[], lifted: readonly string[]): void {
    if (skipped.length > 0 || lifted.length > 0) this.#change({ skippedTables: [...skipped] })
    if (lifted.length > 0)
      this.#note({ kind: 'resume', detail: `begun again, without: ${lifted.join(', ')}` }, {})
  }

  retry(tables: readonly string[], by: By): void {
    for (const table of tables) this.retried.add(table)
    this.#note({ kind: 'retry', ...(tables.length === 1 && object(tables[0])) }, by)
  }

  retryUndo(by: By): void {
    this.parked = undefined
    this.#note({ kind: 'retry', object: 'rollback' }, by)
  }

  decide(decision: SignOff['decision'], by: string, comment: string | undefined): void {
    const gate = this.gate!
    const words = { by, ...(comment !== undefined && { comment }) }
    this.signOffs.push({ gate, decision, ...words, at: now() })
    this.gate = undefined
    this.#note({ kind: decision === 'approved' ? 'approve' : 'reject', object: gate }, words)
  }

  edited(edit: Edit, by: By): string {
    const detail = editText(edit)
    this.#change({})
    this.#note({ kind: 'edit', detail }, by)
    return detail
  }

  /** The revision at which a table was paused; undefined where it is not. */
  pausedAt(table: string): number | undefined {
    return this.orders.pausedTables.includes(table) ? this.#pausedAt.get(table) : undefined
  }

  #others(table: string): string[] {
    return this.orders.pausedTables.filter(name => name !== table)
  }

  #change(change: Partial<Orders>): void {
    this.orders = { ...this.orders, ...change, revision: this.orders.revision + 1 }
  }

  #note(event: Omit<OperatorEvent, 'at'>, { by, comment }: By): void {
    this.events.push({ at: now(), ...event, ...(by && { by }), ...(comment && { comment }) })
  }
}

const now = () => new Date().toISOString()

const object = (table: string | undefined) => (table === undefined ? {} : { object: table })

const limit = (name: 'rowsPerSecond' | 'concurrency', value: number | null | undefined) =>
  value === null || value === undefined ? {} : { [name]: value }

function editText({ chunkRows, chunkBytes, tables, lanes, onError = [] }: Edit): string {
  const numbers = { chunkRows, chunkBytes, tables, lanes }
  const set = Object.entries(numbers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  )
  return [...set, ...onError.map(({ object, policy }) => `onError ${object} ${policy}`)].join(', ')
}
