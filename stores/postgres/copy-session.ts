/** One COPY FROM STDIN on the wire: its states, back-pressure, and every way in which it can end. */
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Client, Connection, Submittable } from 'pg'

/** How long a server may take to answer that a COPY was given up, before its connection is cut. */
const ANSWER_MS = 5_000
/** Bytes that may wait in the socket; more would only grow memory. */
const WAITING = 1024 * 1024

const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4])
/** CopyFail with a text for the server's log; its length counts itself and the closing NUL. */
const REASON = 'given up by longhaul\0'
const COPY_FAIL = Buffer.from(`f\0\0\0${String.fromCharCode(REASON.length + 4)}${REASON}`, 'latin1')

/**
 * Speaks to the driver as one of its queries, so that it queues, and so that the session goes on being usable
 * after a failure. `failed` settles at most once and everything that waits, waits for it too.
 */
export class CopySession {
  readonly #socket: Duplex
  readonly #failed = Promise.withResolvers<never>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #done = Promise.withResolvers<number>()
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = () => this.#fail(this.#signal?.reason)
  readonly #onDrain = () => this.#drained?.resolve()
  #drained: PromiseWithResolvers<void> | undefined
  #failure: { error: unknown } | undefined
  #state: 'asked' | 'open' | 'closing' | 'over' = 'asked'
  #givenUp = false
  #rows = 0

  constructor(client: Client, sql: string, signal: AbortSignal | undefined) {
    this.#socket = (client as unknown as { connection: Connection }).connection.stream
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#socket.on('drain', this.#onDrain)
    for (const { promise } of [this.#failed, this.#ready, this.#done]) promise.catch(() => {})
    client.query(this.#query(sql))
  }

  /** What the driver calls; it hands a lost connection to `handleError` as well as an answer of the server. */
  #query(sql: string): Submittable {
    const calls = {
      submit: (connection: Connection) => connection.query(sql),
      handleCopyInResponse: () => {
        this.#state = 'open'
        this.#ready.resolve()
        if (this.#givenUp) this.#socket.write(COPY_FAIL)
      },
      handleCommandComplete: ({ text }: { text: string }) => {
        this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1])
      },
      handleReadyForQuery: () => this.#over(() => this.#done.resolve(this.#rows)),
      handleError: (error: Error) => this.#over(() => this.#fail(error)),
    }
    return calls
  }

  #over(settle: () => void): void {
    this.#state = 'over'
    this.#socket.off('drain', this.#onDrain)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    settle()
    // Who still waits for an answer gets one, whichever way it ended.
    this.#ready.resolve()
    this.#done.reject(new Error('the COPY is over'))
  }

  /** Waits until the server wants data; a lock on the table may be in the way. */
  async ready(): Promise<void> {
    await this.#orFail(this.#ready.promise)
  }

  /**
   * Sends frames and waits while too much of them is under way. Each time it gives the event loop a turn:
   * from a synchronous source the server's error, or an abort, would else be heard at the very end.
   */
  async send(frames: Buffer[], sent: (frame: Buffer) => void): Promise<void> {
    for (const frame of frames) this.#socket.write(frame, error => error || sent(frame))
    await (this.#socket.writableLength > WAITING ? this.#drain() : nextTurn())
    if (this.#failure) throw this.#failure.error
  }

  #drain(): Promise<void> {
    this.#drained = Promise.withResolvers<void>()
    if (this.#failure) this.#drained.resolve()
    return this.#drained.promise
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#failed.reject(error)
    this.#drained?.resolve()
  }

  /** The batches, until one fails or the COPY does: a reader that hangs does not keep a failure waiting. */
  async *watch<T>(batches: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
    if (Symbol.iterator in batches) {
      yield* batches
      return
    }
    const iterator = batches[Symbol.asyncIterator]()
    let ended = false
    try {
      while (true) {
        const next = await this.#orFail(iterator.next())
        ended = next.done === true
        if (next.done) return
        yield next.value
      }
    } finally {
      if (!ended) Promise.resolve(iterator.return?.()).catch(() => {})
    }
  }

  /** Ends the COPY and gives the number of rows that the server counted. */
  async finish(): Promise<number> {
    this.#state = 'closing'
    this.#socket.write(COPY_DONE)
    return this.#orFail(this.#done.promise)
  }

  /**
   * Gives up what is not over: the server is told, and the session is usable again on return. Where no answer
   * comes, its connection is cut. Never rejects.
   */
  async abandon(): Promise<void> {
    if (this.#state === 'over') return
    this.#givenUp = true
    if (this.#state === 'open') this.#socket.write(COPY_FAIL)
    const cut = setTimeout(() => this.#socket.destroy(), ANSWER_MS)
    await this.#done.promise.catch(() => {})
    clearTimeout(cut)
  }

  #orFail<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#failed.promise])
  }
}
