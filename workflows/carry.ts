/**
 * Work under orders: it begins only while the run goes on, is asked for again when a pause has ended it, and
 * waits for the host that it needs.
 */
import { ActivityFailure, CancellationScope, isCancellation, TimeoutFailure } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { type Endpoint, hostOf } from '../model/endpoint.ts'
import { factsOf } from './failures.ts'
import type { Limits } from './messages.ts'
import { anyWork, askHost, hostWork } from './proxies.ts'

/** Who knows the orders: the run's workflow, or the one of a group of its tables. */
export interface Holder {
  readonly run: string
  /** New work may begin. */
  readonly go: boolean
  /** Counts what it has heard: whoever was refused asks again once it has heard something new. */
  readonly heard: number
  /** Waits; whoever watches sees that nothing is under way. */
  rest(until: () => boolean): Promise<void>
  /** The ledger holds the run: waits until it is said that it goes on, which was not before `heard`. */
  refused(heard: number): Promise<void>
  /** Something begins, or ends; `reads` is what may be broken off when a pause comes. */
  begins(reads: CancellationScope | undefined): void
  ends(reads: CancellationScope | undefined): void
  /** Nobody works for a host; or somebody does again. */
  away(host: string): void
  back(host: string): void
}

/** Reads and writes nothing that lasts: it is broken off by a pause, and done anew. */
const READS: ReadonlySet<string> = new Set([
  'validateTables',
  'compareTables',
  'locateDifferences',
  'compareViews',
  'compareSchema',
  'checkRules',
])

/** Activities as a workflow calls them, under its orders. */
export class Work {
  readonly #holder: Holder
  readonly #limits: Limits | undefined
  /** The one that has the target, where that is a file. */
  readonly #host: string | undefined

  constructor(holder: Holder, limits: Limits | undefined, target: Endpoint) {
    this.#holder = holder
    this.#limits = limits
    this.#host = hostOf(target)
  }

  /** On the target alone: any worker does it that can reach it. */
  get any(): Activities {
    if (this.#host !== undefined) return this.on(this.#host)
    return this.#desk(undefined, () => anyWork(this.#limits))
  }

  /** With the files of one host. */
  on(host: string): Activities {
    return this.#desk(host, strikes => hostWork(host, this.#limits, strikes))
  }

  #desk(host: string | undefined, proxies: (strikes: number) => object): Activities {
    type Call = (input: unknown) => Promise<unknown>
    const calling = (name: string) => (input: unknown) =>
      carry(this.#holder, { host, reads: READS.has(name) }, strikes =>
        (proxies(strikes) as Record<string, Call>)[name]!(input),
      )
    return new Proxy({}, { get: (_, name: string) => calling(name) }) as Activities
  }
}

async function carry<T>(
  holder: Holder,
  { host, reads }: { host: string | undefined; reads: boolean },
  call: (strikes: number) => Promise<T>,
): Promise<T> {
  for (let strikes = 0; ; ) {
    if (!holder.go) await holder.rest(() => holder.go)
    const { heard } = holder
    try {
      return await (reads ? breakable(holder, () => call(strikes)) : whole(holder, () => call(strikes)))
    } catch (error) {
      if (factsOf(error).code === 'paused') await holder.refused(heard)
      else if (host !== undefined && hasLain(error)) {
        strikes++
        await present(holder, host)
      } else if (!(reads && isCancellation(error) && !CancellationScope.current().consideredCancelled))
        throw error
    }
  }
}

async function whole<T>(holder: Holder, call: () => Promise<T>): Promise<T> {
  holder.begins(undefined)
  try {
    return await call()
  } finally {
    holder.ends(undefined)
  }
}

/** In a scope of its own, which a pause cancels. */
async function breakable<T>(holder: Holder, call: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope()
  holder.begins(scope)
  try {
    return await scope.run(call)
  } finally {
    holder.ends(scope)
  }
}

/** Nobody took it out of the queue. */
const hasLain = (error: unknown): boolean =>
  error instanceof ActivityFailure &&
  error.cause instanceof TimeoutFailure &&
  error.cause.timeoutType === 'SCHEDULE_TO_START'

/** Waits until a worker of the host answers. */
async function present(holder: Holder, host: string): Promise<void> {
  holder.away(host)
  try {
    await askHost(host).present({ run: holder.run })
  } finally {
    holder.back(host)
  }
}
