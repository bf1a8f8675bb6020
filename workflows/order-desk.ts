/** Takes operators' orders: refuses what makes no sense, writes the rest into the book, and says what it comes to. */
import { log, setHandler } from '@temporalio/workflow'
import type { Edit, SignOff } from '../model/control.ts'
import { tablesText } from '../model/orders-text.ts'
import { factsOf } from './failures.ts'
import {
  approveUpdate,
  editUpdate,
  type Ordered,
  pauseSignal,
  pauseUpdate,
  rejectUpdate,
  resumeSignal,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
  throttleUpdate,
} from './messages.ts'
import type { By, OrderBook, Throttle } from './order-book.ts'
import {
  mayDecide,
  mayEdit,
  mayPause,
  mayResume,
  mayRetry,
  maySkip,
  mayThrottle,
  type Run,
  refused,
  waitingToRetry,
} from './order-rules.ts'

/** The run that the orders are for. */
export interface Ordering {
  readonly name: string
  readonly book: OrderBook
  readonly rules: Run
  /** An order was given; one that ends work under way is heard by children before lanes read it. */
  spread(stops: boolean): void
  stir(): void
  /** Waits until nothing is under way, or the pause or the run is over. */
  rested(): Promise<void>
  /** Writes the new plan; its revision. */
  write(edit: Edit): Promise<number>
}

export class OrderDesk {
  readonly #run: Ordering

  constructor(run: Ordering) {
    this.#run = run
    this.#listen()
  }

  #listen(): void {
    setHandler(pauseUpdate, (order = {}) => this.#pause(order), {
      validator: (order = {}) => mayPause(this.#run.rules, order),
    })
    setHandler(resumeUpdate, (order = {}) => this.#resume(order), {
      validator: (order = {}) => mayResume(this.#run.rules, order),
    })
    setHandler(pauseSignal, order => this.#signalled(order, mayPause, given => this.#pause(given)))
    setHandler(resumeSignal, order => this.#signalled(order, mayResume, given => this.#resume(given)))
    setHandler(throttleUpdate, order => this.#throttle(order), {
      validator: order => mayThrottle(this.#run.rules, order),
    })
    setHandler(skipUpdate, order => this.#skip(order), {
      validator: order => maySkip(this.#run.rules, order),
    })
    setHandler(retryUpdate, (order = {}) => this.#retry(order), {
      validator: (order = {}) => mayRetry(this.#run.rules, order),
    })
    setHandler(approveUpdate, ({ by, comment }) => this.#decide('approved', by, comment), {
      validator: order => mayDecide(this.#run.rules, order),
    })
    setHandler(rejectUpdate, ({ by, comment }) => this.#decide('rejected', by, comment), {
      validator: order => mayDecide(this.#run.rules, order),
    })
    setHandler(editUpdate, order => this.#edit(order), {
      validator: order => mayEdit(this.#run.rules, order),
    })
  }

  /** A signal cannot be refused, only passed over. */
  #signalled(
    order: ({ table?: string } & By) | undefined,
    rule: (run: Run, order: { table?: string } & By) => void,
    obey: (order: { table?: string } & By) => void,
  ): void {
    const given = order ?? {}
    try {
      rule(this.#run.rules, given)
    } catch (error) {
      log.warn(`signal passed over: ${factsOf(error).message}`)
      return
    }
    obey(given)
  }

  #pause({ table, ...by }: { table?: string } & By): Ordered {
    this.#run.book.pause(table, by)
    this.#run.spread(true)
    return this.#ordered(
      table === undefined
        ? 'is paused: what is under way ends with its chunk or object'
        : `goes on without ${tablesText([table])}, which is paused`,
    )
  }

  #resume({ table, ...by }: { table?: string } & By): Ordered {
    this.#run.book.resume(table, by)
    this.#run.spread(false)
    return this.#ordered(table === undefined ? 'goes on' : `goes on with ${tablesText([table])}`)
  }

  #throttle({ rowsPerSecond, concurrency, ...by }: Throttle & By): Ordered {
    const detail = this.#run.book.throttle(
      {
        ...(rowsPerSecond !== undefined && { rowsPerSecond }),
        ...(concurrency !== undefined && { concurrency }),
      },
      by,
    )
    this.#run.spread(true)
    return this.#ordered(`has its limits changed: ${detail}`)
  }

  #skip({ table, ...by }: { table: string } & By): Ordered {
    this.#run.book.skip(table, by)
    this.#run.spread(true)
    return this.#ordered(`leaves out ${tablesText([table])}: what was made of it is taken back`)
  }

  #retry({ table, ...by }: { table?: string } & By): Ordered {
    const { book } = this.#run
    if (table === undefined && book.parked) {
      book.retryUndo(by)
      this.#run.stir()
      return this.#ordered('goes on with taking back what it made')
    }
    const tables = table === undefined ? waitingToRetry(book) : [table]
    book.retry(tables, by)
    this.#run.spread(false)
    return this.#ordered(`tries ${tablesText(tables)} again`)
  }

  #decide(decision: SignOff['decision'], by: string, comment: string | undefined): Ordered {
    const { gate } = this.#run.book
    this.#run.book.decide(decision, by, comment)
    this.#run.spread(false)
    return this.#ordered(
      decision === 'approved' ? `goes on after the gate ${gate}` : `ends: the gate ${gate} was rejected`,
    )
  }

  /** Written when nothing is under way: a chunk that is being copied is not cut anew. */
  async #edit({ by, comment, ...edit }: Edit & By): Promise<Ordered> {
    const { book } = this.#run
    book.editing = true
    try {
      await this.#run.rested()
      if (book.over !== undefined) throw refused(this.#run, book.over)
      if (!book.orders.paused) throw refused(this.#run, 'it was resumed before its plan was changed')
      const revision = await this.#run.write(edit)
      const detail = book.edited(edit, { ...(by && { by }), ...(comment && { comment }) })
      return this.#ordered(`has a new plan, revision ${revision}: ${detail}`)
    } finally {
      book.editing = false
      this.#run.spread(false)
    }
  }

  #ordered(message: string): Ordered {
    return { message: `run ${this.#run.name} ${message}` }
  }
}
