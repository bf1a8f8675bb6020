/**
 * A limit on rows a second, shared by all lanes of a run: each takes its part of it, by how many the ledger shows at
 * work. While a lane waits for its turn it asks for newer orders, since a chunk may take an hour at such a rate.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Control, isHeld } from '../ledger/control.ts'
import { held } from '../ledger/fence.ts'

/** How often a throttled lane looks, and shows that it lives. */
const LOOK_MS = 1000

export interface Pacing {
  run: string
  table: string
  /** The orders now, through a session that is free while the lane's own is in a COPY. */
  look: () => Promise<Control>
  /** Hears once a second that the lane is only waiting. */
  waits: () => void
  over: AbortSignal
}

/** One lane's part of the limit, over all its chunks. */
export class Throttle {
  #rate: number | undefined
  #concurrency: number | undefined
  #allowed = 0
  #counted = performance.now()
  #looked = performance.now()

  /** Takes over what a claim, or a look, has told. */
  follow({ orders, lanes }: Control): void {
    this.#count()
    this.#rate = orders.rowsPerSecond === undefined ? undefined : orders.rowsPerSecond / lanes
    this.#concurrency = orders.concurrency
    this.#looked = performance.now()
  }

  get limits(): boolean {
    return this.#rate !== undefined
  }

  /**
   * The batches, whose length is their number of rows, each when its turn has come. Throws `paused` where newer orders keep the table from being copied,
   * or change how many lanes there are: then the chunk is given up, and is copied again later.
   */
  async *paced<B extends { length: number }>(
    batches: Iterable<B> | AsyncIterable<B>,
    pacing: Pacing,
  ): AsyncGenerator<B> {
    for await (const batch of batches) {
      await this.#turn(batch.length, pacing)
      yield batch
    }
  }

  async #turn(rows: number, pacing: Pacing): Promise<void> {
    for (;;) {
      this.#count(rows)
      if (this.#rate === undefined) return
      if (this.#allowed >= rows) break
      const missing = ((rows - this.#allowed) / this.#rate) * 1000
      await pause(Math.min(LOOK_MS, Math.ceil(missing)), undefined, { signal: pacing.over })
      await this.#look(pacing)
    }
    this.#allowed -= rows
  }

  /** What time has earned since it was last counted, but no more than a second's worth or one batch ahead. */
  #count(batch = 0): void {
    const now = performance.now()
    const earned = ((this.#rate ?? 0) * (now - this.#counted)) / 1000
    this.#allowed = Math.min(this.#allowed + earned, Math.max(this.#rate ?? 0, batch))
    this.#counted = now
  }

  async #look({ run, table, look, waits }: Pacing): Promise<void> {
    if (performance.now() - this.#looked < LOOK_MS) return
    waits()
    const concurrency = this.#concurrency
    const control = await look()
    this.follow(control)
    if (isHeld(control.orders, table) || control.orders.concurrency !== concurrency) throw held(run)
  }
}
