/**
 * Rows in the messages of a binary COPY (PostgreSQL's manual, "COPY", File Formats, Binary Format; "Message Flow",
 * COPY Operations: a message of the server holds whole rows).
 */
import { Failure } from '../../model/failure.ts'
import { lengthOf, MESSAGE_HEADER, type Window } from './copy-frames.ts'

/** Signature (11 bytes), flags, length of an extension. */
const HEADER_BYTES = 19
const SIGNATURE = 'PGCOPY\n\xff\r\n\0'
const TRAILER = -1

/** Finds one row after the other, and where its fields are. */
export class CopyRows {
  /** Of the row that was found last: where each field begins in the window, and its bytes; −1 is NULL. */
  readonly starts: Int32Array
  readonly lengths: Int32Array
  /** Whether the mark behind the last row was seen. */
  complete = false
  /** Bytes from the window's start that the next row takes at least. */
  needed = MESSAGE_HEADER
  #begun = false
  /** What is left of the message at hand. */
  #left = 0

  constructor(fields: number) {
    this.starts = new Int32Array(fields)
    this.lengths = new Int32Array(fields)
  }

  /** Whether there is another whole row; the window's start then moves behind it. Else `needed` says how far to read. */
  next(window: Window): boolean {
    if (this.complete || (this.#left === 0 && !this.#enter(window))) return false
    if (!this.#begun) return this.#begin(window) && this.next(window)
    const { view, start, end } = window
    if (end - start >= 2 && view.getInt16(start) === TRAILER) {
      this.complete = true
      this.#take(window, 2)
      return false
    }
    this.needed = this.#behind(view, start, end) - start
    if (this.needed > end - start) return false
    this.#take(window, this.needed)
    return true
  }

  /** To be told where somebody else took the row that was not whole out of the window. */
  taken(): void {
    this.#left = this.needed = 0
  }

  /** Takes a message's header. */
  #enter(window: Window): boolean {
    this.needed = MESSAGE_HEADER
    if (window.end - window.start < MESSAGE_HEADER) return false
    this.#left = lengthOf(window.view, window.start)
    window.start += MESSAGE_HEADER
    return true
  }

  #begin(window: Window): boolean {
    this.needed = HEADER_BYTES
    if (window.end - window.start < HEADER_BYTES) return false
    const at = window.start
    const extension = window.view.getInt32(at + 15)
    const isCopy = window.bytes.toString('latin1', at, at + SIGNATURE.length) === SIGNATURE
    if (!isCopy || window.view.getInt32(at + 11) !== 0 || extension !== 0) throw broken()
    this.#take(window, HEADER_BYTES)
    this.#begun = true
    return true
  }

  #take(window: Window, bytes: number): void {
    window.start += bytes
    this.#left -= bytes
    if (this.#left < 0) throw broken()
  }

  /** The place behind the row at `start`, as far as that can be told: beyond `end` where the row is not whole. */
  #behind(view: DataView, start: number, end: number): number {
    const { starts, lengths } = this
    let at = start + 2
    if (at > end) return at
    if (view.getInt16(start) !== lengths.length) throw broken()
    for (let field = 0; field < lengths.length; field++) {
      at += 4
      if (at > end) return at
      const length = view.getInt32(at - 4)
      starts[field] = at
      lengths[field] = length
      if (length > 0) at += length
    }
    return at
  }
}

/** What cannot be, unless the server speaks another format. */
export function broken(): Failure {
  return new Failure({ code: 'internal', message: 'the server sent rows in a format that is not known' })
}
