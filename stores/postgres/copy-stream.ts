/**
 * The bytes of one `COPY … TO STDOUT`, read from the socket itself: the driver's parser makes an object and
 * an event of each row. That parser gets every message that is no data, and the socket when the copy ends.
 */
import type { Duplex } from 'node:stream'
import type { Connection, Submittable } from 'pg'
import { collect } from '../../home/collect.ts'
import { CopyFrames, type Window } from './copy-frames.ts'

/** Bytes after which the server has to wait until they are read; fewer where no more are awaited. */
const WINDOW_BYTES = 256 * 1024
const LEAST_BYTES = 16 * 1024
/** What Node.js reads from a socket at once. */
const CHUNK_BYTES = 64 * 1024
/**
 * Bytes of chunks that were used, after which they are collected: V8 by itself lets 50 MB and more gather. Over 1 GB of
 * chunks it took 0.07 s of CPU with this, 0.15 without, as memory that was just used is still in the processor's cache.
 */
const MOST_GARBAGE = 4 * 1024 * 1024

/** To be given to `client.query`; then `fill` until it says false. */
export class CopyStream implements Submittable {
  readonly #sql: string
  readonly #windowBytes: number
  readonly #frames: CopyFrames
  #socket: Duplex | undefined
  /** The driver's listener on the socket, while the socket is ours. */
  #driver: ((chunk: Buffer) => void) | undefined
  /** Bytes to have together before the reader is woken. */
  #wanted: number
  /** Bytes of chunks since they were collected. */
  #garbage = 0
  #wake: (() => void) | undefined
  #ended = false
  #error: Error | undefined

  /** @param bytes about so many will come: with thousands of small tables their windows are most of the garbage */
  constructor(sql: string, bytes: number) {
    this.#sql = sql
    this.#windowBytes = Math.min(WINDOW_BYTES, Math.max(LEAST_BYTES, bytes))
    this.#frames = new CopyFrames(this.#windowBytes + CHUNK_BYTES)
    this.#wanted = this.#windowBytes
  }

  /** Filled by `fill`; whoever reads it moves its `start`. */
  get window(): Window {
    return this.#frames.window
  }

  /**
   * Waits for more bytes in the window, for at least `needed` together where more are to come. False: these
   * were the last. Rejects with the error of the server or the driver.
   */
  async fill(needed: number): Promise<boolean> {
    this.#wanted = Math.max(needed, this.#windowBytes)
    this.#frames.reserve(this.#wanted + CHUNK_BYTES)
    while (this.#frames.size < this.#wanted && !this.#ended && !this.#error) {
      const woken = new Promise<void>(resolve => (this.#wake = resolve))
      this.#socket?.resume()
      await woken
    }
    if (this.#error) throw this.#error
    return !this.#ended
  }

  /** Where somebody stops before the end: ends the connection, as nothing else stops the server's sending. */
  abandon(): void {
    if (this.#driver) this.#socket?.destroy()
  }

  submit(connection: Connection): void {
    const socket = connection.stream
    this.#socket = socket
    this.#driver = socket.listeners('data')[0] as (chunk: Buffer) => void
    socket.removeListener('data', this.#driver)
    socket.on('data', this.#onData)
    connection.query(this.#sql)
  }

  handleError(error: Error): void {
    this.#error ??= error
    this.#release()
  }

  handleReadyForQuery(): void {
    this.#ended = true
    this.#release()
  }

  handleCommandComplete(): void {}

  readonly #onData = (chunk: Buffer): void => {
    const driver = this.#driver!
    const used = this.#frames.push(chunk, bytes => {
      driver(bytes)
      return this.#driver !== undefined
    })
    if (used < chunk.length) driver(chunk.subarray(used))
    else if (this.#frames.size >= this.#wanted) this.#pause()
    this.#clear(chunk.length)
  }

  #clear(bytes: number): void {
    this.#garbage += bytes
    if (this.#garbage < MOST_GARBAGE) return
    this.#garbage = 0
    collect()
  }

  #pause(): void {
    if (this.#driver) this.#socket?.pause()
    this.#wake?.()
  }

  #release(): void {
    if (this.#driver) {
      this.#socket?.removeListener('data', this.#onData)
      this.#socket?.on('data', this.#driver)
      this.#socket?.resume()
      this.#driver = undefined
    }
    this.#wake?.()
  }
}
