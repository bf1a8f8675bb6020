/** How a run moves on, as its ledger shows to somebody who looks past the proxy, again and again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Stage } from './stage.ts'

const LOOK_MS = 100

interface Look {
  /** Milliseconds since the beginning. */
  at: number
  /** Chunks and objects that are done. */
  done: number
  /** Chunks that are not. */
  open: number
}

export class ProgressWatch {
  readonly #looks: Look[] = []
  readonly #stage: Stage
  readonly #clock: () => number
  readonly #over: Promise<void>
  #ended = false

  /** @param clock milliseconds since the beginning of the run */
  constructor(stage: Stage, clock: () => number) {
    this.#stage = stage
    this.#clock = clock
    this.#over = this.#watch()
  }

  /** Whether the target may have been written to. */
  get begun(): boolean {
    return this.#looks.length > 0
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#over
  }

  /**
   * Milliseconds from a moment until something more was done. Undefined where no chunk was open then: there was
   * nothing to go on with.
   */
  again(at: number): number | undefined {
    const before = this.#looks.findLast(look => look.at <= at)
    if (!before || before.open === 0) return undefined
    const next = this.#looks.find(look => look.at > at && look.done > before.done)
    return next && next.at - at
  }

  async #watch(): Promise<void> {
    let client: Client | undefined
    while (!this.#ended) {
      try {
        client ??= await this.#stage.session()
        const look = await lookInto(client)
        if (look) this.#looks.push({ at: this.#clock(), ...look })
      } catch {
        client?.end().catch(() => {})
        client = undefined
      }
      await sleep(LOOK_MS)
    }
    await client?.end().catch(() => {})
  }
}

async function lookInto(client: Client): Promise<Omit<Look, 'at'> | undefined> {
  const { rows: there } = await client.query(`SELECT to_regclass('longhaul.object') IS NOT NULL AS ledger`)
  if (!there[0].ledger) return undefined
  const { rows } = await client.query(
    `SELECT ((SELECT count(*) FROM longhaul.chunk WHERE done)
             + (SELECT count(*) FROM longhaul.object WHERE done))::int AS done,
            (SELECT count(*) FROM longhaul.chunk WHERE NOT done)::int AS open`,
  )
  return rows[0]
}
