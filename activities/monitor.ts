/**
 * Sessions that ask the server what others do. Whatever watches the same target at the same time shares one (a run of
 * seven tables opened 25, at 9 ms of processor each), and who is the last to leave closes it: none outlasts the work.
 */
import type { Client } from 'pg'
import type { RunPlace } from '../model/payloads.ts'
import { hangUp, within } from '../sessions/black-hole.ts'
import { connect } from '../sessions/connect.ts'

/** `database`: another one of the same server, where the target itself is to be dropped. */
export type Watched = Pick<RunPlace, 'run' | 'target'> & { database?: string }

/** How long an answer may take; the questions touch no table. A session that leads nowhere is replaced then. */
const ANSWER_MS = 5_000

const monitors = new Map<string, Monitor>()

/** Fails as `connect` does. Whoever opens closes. */
export async function openMonitor(home: string, watched: Watched): Promise<Monitor> {
  const key = JSON.stringify([home, watched.target.connection, watched.database])
  const over = () => void monitors.delete(key)
  const monitor = monitors.get(key) ?? new Monitor(() => openSession(home, watched), over)
  monitors.set(key, monitor)
  await monitor.join()
  return monitor
}

/**
 * Under a name of its own: a rollback ends all sessions of the run but those that watch. Where the work that opened it
 * is given up it is cut as all of that work's sessions are, and the others open another one.
 */
function openSession(home: string, { target, database }: Watched): Promise<Client> {
  const options = { home, env: process.env, application: 'longhaul watch' }
  return connect(target, { ...options, ...(database !== undefined && { database }) })
}

export class Monitor {
  readonly #begin: () => Promise<Client>
  readonly #over: () => void
  #users = 0
  #client: Promise<Client> | undefined

  constructor(begin: () => Promise<Client>, over: () => void) {
    this.#begin = begin
    this.#over = over
  }

  /** One user more; fails where there is no session to be had. */
  async join(): Promise<void> {
    this.#users++
    try {
      await this.#session()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** What the server says, in bounded time. */
  async ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#session()
    return within(client, ANSWER_MS, () => question(client))
  }

  /** One user less. */
  async close(): Promise<void> {
    if (--this.#users > 0) return
    this.#over()
    const client = await this.#client?.catch(() => undefined)
    if (client) await hangUp(client)
  }

  #session(): Promise<Client> {
    this.#client ??= this.#open()
    return this.#client
  }

  async #open(): Promise<Client> {
    const lost = () => {
      this.#client = undefined
    }
    try {
      const client = await this.#begin()
      client.once('end', lost)
      return client
    } catch (error) {
      lost()
      throw error
    }
  }
}
