/**
 * Sessions through a pool that gives each transaction another session of the server (PgBouncer's `pool_mode =
 * transaction`). Nothing of ours may stay in one of them, and nothing that we said before is known in the next: so
 * each statement becomes a transaction that says all settings again, for itself alone.
 */
import type { Client, QueryResult, Submittable } from 'pg'
import { Failure } from '../model/failure.ts'
import { quoteText } from '../model/sql-text.ts'

interface Pooled {
  /** Said in each transaction, by name, as SQL. */
  readonly settings: Map<string, string>
  /** The server's process that has the transaction which is open; undefined where none is, or nobody asked. */
  backend: number | undefined
  readonly listeners: ((backend: number | undefined) => void)[]
}

const pools = new WeakMap<Client, Pooled>()

/** Whether a session of the server is ours for one transaction alone. */
export const isPooled = (client: Client): boolean => pools.has(client)

/** The server's process that works for a pooled session now; undefined between two transactions. */
export const backendNow = (client: Client): number | undefined => pools.get(client)?.backend

/** Hears of the server's process that works for a pooled session each time when it is another one. */
export function onBackend(client: Client, heard: (backend: number | undefined) => void): void {
  pools.get(client)?.listeners.push(heard)
}

/** Fails with `target` where a session is needed that stays the same, as for temporary tables. */
export function needOwnSession(client: Client, doing: string): void {
  if (isPooled(client)) throw throughPool(doing)
}

export const throughPool = (doing: string) =>
  new Failure({
    code: 'target',
    message: `could not ${doing}: that needs a session of its own, and the connection leads through a pool`,
    remedy: 'Give the URL of the server itself, not that of the pool',
  })

/** From here on the client speaks to a pool. @param settings by name, as plain values */
export function speakToPool(client: Client, settings: ReadonlyMap<string, string>): void {
  const pooled: Pooled = {
    settings: new Map([...settings].map(([name, value]) => [name, quoteText(value)])),
    backend: undefined,
    listeners: [],
  }
  pools.set(client, pooled)
  client.query = new Speaker(client, pooled).query as typeof client.query
}

/** A query in one of the driver's forms. */
type Asked = string | { text: string; name?: string } | Submittable
type Answer = QueryResult | QueryResult[]
type Ask = (asked: Asked, values?: unknown[]) => Promise<Answer>

const isSubmittable = (asked: Asked): asked is Submittable => typeof asked === 'object' && 'submit' in asked
const textOf = (asked: Asked): string =>
  typeof asked === 'string' ? asked : isSubmittable(asked) ? '' : asked.text

/** Statements that no transaction takes. */
const ALONE =
  /^\s*(VACUUM|(CREATE|DROP|ALTER)\s+(DATABASE|SYSTEM|TABLESPACE)|(CREATE|DROP)\s.*\bCONCURRENTLY)\b/i
const BEGIN = /^\s*BEGIN\b([^;]*)/i
const END = /^\s*(COMMIT|ROLLBACK)\s*$/i
/** Settings for a session. */
const SET = /^\s*SET\s+(?!LOCAL|CONSTRAINTS|TRANSACTION|SESSION)(\w+)\s*(?:=|TO)\s*([^;]+)$/i

class Speaker {
  readonly #client: Client
  readonly #pooled: Pooled
  readonly #ask: Ask
  /** The last of those that wait for their turn. */
  #tail: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(client: Client, pooled: Pooled) {
    this.#client = client
    this.#pooled = pooled
    this.#ask = client.query.bind(client) as unknown as Ask
  }

  /** In place of the driver's. A COPY gets its turn at once where nobody else has it, as it would from the driver. */
  readonly query = (asked: Asked, values?: unknown[]): unknown => {
    if (isSubmittable(asked)) {
      this.#inTurn(() => this.#submit(asked)).catch(() => {})
      return asked
    }
    return this.#inTurn(() => this.#answer(unnamed(asked), values))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#tail
    const result = this.#waiting++ === 0 ? work() : before.then(work)
    const over = () => void this.#waiting--
    this.#tail = result.then(over, over)
    return result
  }

  get #isIdle(): boolean {
    const status = (
      this.#client as unknown as { getTransactionStatus(): string | null }
    ).getTransactionStatus()
    return status !== 'T' && status !== 'E'
  }

  async #answer(asked: Asked, values?: unknown[]): Promise<Answer> {
    const text = textOf(asked)
    const set = settingsOf(text)
    for (const [name, value] of set) this.#pooled.settings.set(name, value)
    if (!this.#isIdle) return this.#within(set.length > 0 ? localSettings(set) : asked, values)
    if (set.length > 0) return NOTHING
    if (BEGIN.test(text)) return this.#begin(text)
    if (ALONE.test(text) || END.test(text)) return this.#careful(asked, values)
    await this.#begin('BEGIN')
    try {
      const result = await this.#careful(asked, values)
      await this.#careful('COMMIT')
      return result
    } catch (error) {
      await this.#careful('ROLLBACK').catch(() => {})
      throw error
    } finally {
      this.#turnsTo(undefined)
    }
  }

  async #within(asked: Asked, values?: unknown[]): Promise<Answer> {
    try {
      return await this.#careful(asked, values)
    } finally {
      if (this.#isIdle) this.#turnsTo(undefined)
    }
  }

  async #submit(copy: Submittable): Promise<void> {
    if (!this.#isIdle) return void this.#ask(copy)
    const begun = this.#ask(this.#opening('BEGIN'))
    void this.#ask(copy)
    // A COPY that goes first would do so without settings, and outside of any transaction.
    await begun.then(found => this.#turnsTo(backendOf(found))).catch(() => {})
    await this.#ask('COMMIT').finally(() => this.#turnsTo(undefined))
  }

  async #begin(text: string): Promise<Answer> {
    try {
      const found = await this.#careful(this.#opening(text))
      this.#turnsTo(backendOf(found))
      return found
    } catch (error) {
      await this.#careful('ROLLBACK').catch(() => {})
      throw error
    }
  }

  /**
   * A transaction with all settings. The server's process is asked for last, and not where a snapshot may be imported
   * next, which has to come before any query.
   */
  #opening(text: string): string {
    const [begin, modes] = BEGIN.exec(text)!
    const level = /ISOLATION/i.test(modes!) ? '' : ' ISOLATION LEVEL READ COMMITTED'
    const rest = text.slice(begin!.length).replace(/^;/, '')
    const settings = localSettings([...this.#pooled.settings])
    const who = /REPEATABLE|SERIALIZABLE/i.test(modes!)
      ? []
      : [`SELECT pg_catalog.pg_backend_pid() AS backend`]
    return [`BEGIN${level}${modes}`, settings, ...(rest.trim() ? [rest] : []), ...who].join(';\n')
  }

  /** The driver tells of an error before the server is ready again: who goes on at once would see an old state. */
  async #careful(asked: Asked, values?: unknown[]): Promise<Answer> {
    try {
      return await this.#ask(asked, values)
    } catch (error) {
      await ready(this.#client)
      throw error
    }
  }

  #turnsTo(backend: number | undefined): void {
    if (this.#pooled.backend === backend) return
    this.#pooled.backend = backend
    for (const heard of this.#pooled.listeners) heard(backend)
  }
}

const NOTHING: QueryResult = { command: 'SET', rowCount: null, oid: 0, fields: [], rows: [] }

/** A statement that the server keeps under a name is not there in its next session. */
const unnamed = (asked: Asked): Asked => {
  if (typeof asked === 'string' || isSubmittable(asked) || asked.name === undefined) return asked
  const { name: _, ...rest } = asked
  return rest
}

/** What `SET a = 1; SET b = 2` says, by name; empty for all other statements. */
function settingsOf(text: string): [string, string][] {
  const found = text.split(';').filter(part => part.trim() !== '')
  const parts = found.map(part => SET.exec(part))
  return parts.every(part => part !== null) ? parts.map(part => [part[1]!, part[2]!.trim()]) : []
}

/** A transaction that has begun takes its default no more. */
const NOW: Record<string, string> = { default_transaction_read_only: 'transaction_read_only' }

const localSettings = (settings: readonly (readonly [string, string])[]): string =>
  settings.map(([name, value]) => `SET LOCAL ${NOW[name] ?? name} = ${value}`).join('; ')

function backendOf(found: Answer): number | undefined {
  const last = Array.isArray(found) ? found.at(-1) : found
  return last?.rows[0]?.backend
}

function ready(client: Client): Promise<void> {
  const { readyForQuery, _queryable, _ending, connection } = client as unknown as {
    readyForQuery: boolean
    _queryable: boolean
    _ending: boolean
    connection: NodeJS.EventEmitter
  }
  if (readyForQuery || _ending || !_queryable) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  connection.once('readyForQuery', resolve)
  connection.once('end', resolve)
  connection.once('error', resolve)
  return promise
}
