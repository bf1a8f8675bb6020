/** Rows out of the bytes of a binary COPY (PostgreSQL's manual, "COPY", File Formats, Binary Format). */
import { Failure } from '../../model/failure.ts'
import type { Row } from '../../model/types.ts'
import type { FieldReader } from './copy-fields.ts'
import type { Window } from './copy-frames.ts'

/** Signature (11 bytes), flags, length of an extension. */
const HEADER_BYTES = 19
const SIGNATURE = 'PGCOPY\n\xff\r\n\0'
const TRAILER = -1
const NULL = -1

export class RowReader {
  readonly #fields: readonly FieldReader[]
  #begun = false
  /** Whether the mark behind the last row was seen. */
  complete = false
  /** Bytes from the window's start that the next row takes at least. */
  needed = HEADER_BYTES

  constructor(fields: readonly FieldReader[]) {
    this.#fields = fields
  }

  /** Reads all rows that are whole, and moves the window's start behind them. */
  rows(window: Window): Row[] {
    const rows: Row[] = []
    if (!this.#begun && !this.#begin(window)) return rows
    while (!this.complete && this.#isWhole(window)) {
      if (window.view.getInt16(window.start) === TRAILER) {
        this.complete = true
        window.start += 2
      } else rows.push(this.#row(window))
    }
    return rows
  }

  #begin(window: Window): boolean {
    if (window.end - window.start < HEADER_BYTES) return false
    const at = window.start
    const extension = window.view.getInt32(at + 15)
    const isCopy = window.bytes.toString('latin1', at, at + SIGNATURE.length) === SIGNATURE
    if (!isCopy || window.view.getInt32(at + 11) !== 0 || extension !== 0) throw broken()
    window.start += HEADER_BYTES
    this.#begun = true
    return true
  }

  /** Whether the next row or the trailer is there to its last byte; else `needed` says how far to read. */
  #isWhole({ view, start, end }: Window): boolean {
    let at = start + 2
    if (at <= end && view.getInt16(start) !== TRAILER) {
      if (view.getInt16(start) !== this.#fields.length) throw broken()
      for (let field = 0; field < this.#fields.length && at <= end; field++) {
        at += 4
        if (at <= end) at += Math.max(0, view.getInt32(at - 4))
      }
    }
    this.needed = at - start
    return at <= end
  }

  #row(window: Window): Row {
    const { bytes, view } = window
    const fields = this.#fields
    const row: Row = new Array(fields.length)
    let at = window.start + 2
    for (let i = 0; i < fields.length; i++) {
      const length = view.getInt32(at)
      at += 4
      if (length === NULL) row[i] = null
      else {
        row[i] = fields[i]!(bytes, view, at, length)
        at += length
      }
    }
    window.start = at
    return row
  }
}

/** What cannot be, unless the server speaks another format. */
export function broken(): Failure {
  return new Failure({ code: 'internal', message: 'the server sent rows in a format that is not known' })
}
