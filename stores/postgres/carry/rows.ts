/**
 * Rows of a COPY as they come from a server, each a message: counted, hashed and passed on, but not looked into. The
 * hash is that of the message's bytes, so two rows are the same where their bytes in that format are.
 */
import { BUCKETS, Digest } from '../../digest/digest.ts'
import { hash128, StreamHash } from '../../digest/hash.ts'
import { LARGE } from '../../large.ts'
import { lengthOf, MESSAGE_HEADER, type Window } from '../copy-frames.ts'
import { broken } from '../copy-rows.ts'

/** Signature, flags and length of the extension, before the first row of the binary format. */
const HEADER_BYTES = 19
const SIGNATURE = 'PGCOPY\n\xff\r\n\0'
const TRAILER = -1

export class CarriedRows {
  readonly digest = new Digest()
  rows = 0
  bytes = 0
  /** Bytes to be there before anything can be taken. */
  needed = MESSAGE_HEADER
  /** The last message was there: the format's trailer, or, as text has none, nothing was cut. */
  complete: boolean
  /** Bytes before the row at hand. */
  #before: number
  readonly #isBinary: boolean
  readonly #hash = new Uint32Array(4)
  readonly #stream = new StreamHash()
  /** What is still to come of a row that is taken in pieces. */
  #left = 0

  constructor(format: 'text' | 'binary') {
    this.#isBinary = format === 'binary'
    this.#before = this.#isBinary ? HEADER_BYTES : 0
    this.complete = !this.#isBinary
  }

  /**
   * Takes what is there: whole messages with their headers, or a piece of a row that is longer than `LARGE`. Good until
   * the window is filled again.
   */
  take(window: Window): { bytes: Uint8Array; whole: boolean } | undefined {
    if (this.#left > 0) return window.end > window.start ? this.#piece(window) : undefined
    const { start } = window
    while (this.#message(window));
    if (window.start > start) return { bytes: window.bytes.subarray(start, window.start), whole: true }
    return this.needed > LARGE && window.end - start >= MESSAGE_HEADER + this.#before
      ? this.#firstPiece(window)
      : undefined
  }

  #message(window: Window): boolean {
    const { view, start, end } = window
    this.needed = MESSAGE_HEADER
    if (end - start < MESSAGE_HEADER) return false
    const length = lengthOf(view, start)
    this.needed = MESSAGE_HEADER + length
    if (end - start < this.needed) return false
    const from = start + MESSAGE_HEADER + this.#head(window, length)
    window.start = start + this.needed
    this.needed = MESSAGE_HEADER
    const size = window.start - from
    if (this.#isBinary && size === 2 && view.getInt16(from) === TRAILER) {
      this.complete = true
      return true
    }
    hash128(view, from, size, this.#hash)
    this.#add(size)
    return true
  }

  /** How many bytes of the message are before its row. */
  #head({ bytes, start }: Window, length: number): number {
    const before = this.#before
    if (before === 0) return 0
    const at = start + MESSAGE_HEADER
    if (length < before || bytes.toString('latin1', at, at + SIGNATURE.length) !== SIGNATURE) throw broken()
    this.#before = 0
    return before
  }

  #firstPiece(window: Window): { bytes: Uint8Array; whole: boolean } {
    const length = lengthOf(window.view, window.start)
    const from = window.start + MESSAGE_HEADER
    const head = this.#head(window, length)
    this.#stream.begin()
    this.#left = length - head
    this.bytes += this.#left
    window.start = from + head
    const piece = this.#piece(window)
    return { bytes: window.bytes.subarray(from, from + head + piece.bytes.length), whole: false }
  }

  #piece(window: Window): { bytes: Uint8Array; whole: boolean } {
    const { start } = window
    const end = Math.min(window.end, start + this.#left)
    const bytes = window.bytes.subarray(start, end)
    this.#stream.add(bytes)
    window.start = end
    this.#left -= end - start
    this.needed = Math.min(this.#left, LARGE) || MESSAGE_HEADER
    if (this.#left === 0) {
      this.#stream.end(this.#hash)
      this.#add(0)
    }
    return { bytes, whole: false }
  }

  #add(bytes: number): void {
    this.rows++
    this.bytes += bytes
    this.digest.add(this.#hash[0]! % BUCKETS, this.#hash)
  }
}
