/**
 * The payload of a cell, which goes on in a chain of other pages where it does not fit into its own. Format: SQLite's
 * "Database File Format", section 1.5 ("Cell Payload Overflow Pages").
 */
import { LARGE } from '../../large.ts'
import { damaged } from '../errors.ts'
import { type Pages, viewOf } from './pages.ts'
import type { SqliteRecord } from './record.ts'

/** What SQLite can hold at most in one row; places in a payload are 32 bits wide. */
const LONGEST = 2 ** 31 - 1

export class Payload {
  readonly #pages: Pages
  readonly #record: SqliteRecord
  /** The longest one that stays whole in its page, and the part that stays there of one that does not. */
  readonly #most: number
  readonly #least: number
  /** That of a large row is given back with the next one of usual size. */
  #whole: Buffer = Buffer.alloc(0)
  #view = viewOf(this.#whole)

  /** @param most bytes of a payload that its page keeps */
  constructor(pages: Pages, record: SqliteRecord, most: number) {
    this.#pages = pages
    this.#record = record
    this.#most = most
    this.#least = Math.floor(((pages.usable - 12) * 32) / 255) - 23
  }

  /** Reads the payload that begins at `at` of a page into the record; gives how many of its cells there are. */
  read(bytes: Buffer, view: DataView, at: number, length: number): number {
    if (!(length <= this.#most)) return this.#overflown(bytes, view, at, length)
    if (!(at + length <= bytes.length)) throw this.#damaged()
    return this.#checked(this.#record.read(bytes, view, at, length))
  }

  /** The part in the page, then that of each page of the chain, as far as cells of the record go. */
  #overflown(bytes: Buffer, view: DataView, at: number, length: number): number {
    const { usable } = this.#pages
    const part = usable - 4
    const least = this.#least
    const fitting = least + ((length - least) % part)
    const local = fitting <= this.#most ? fitting : least
    if (!(at + local + 4 <= bytes.length && length <= Math.min(LONGEST, this.#pages.count * usable)))
      throw this.#damaged()
    const wanted = this.#record.extent(bytes, at, local, length)
    const whole = this.#room(Math.max(wanted, local))
    bytes.copy(whole, 0, at, at + local)
    let page = view.getUint32(at + local)
    for (let got = local; got < wanted; got += part) {
      const from = this.#pages.find(page)
      this.#pages.bytes.copy(whole, got, from + 4, from + 4 + Math.min(part, wanted - got))
      page = this.#pages.view.getUint32(from)
    }
    return this.#checked(this.#record.read(whole, this.#view, 0, length))
  }

  #checked(columns: number): number {
    if (columns < 0) throw this.#damaged()
    return columns
  }

  #room(length: number): Buffer {
    if (this.#whole.length < length || (this.#whole.length > LARGE && length <= LARGE)) {
      this.#whole = Buffer.allocUnsafeSlow(length > LARGE ? length : length + (length >> 2))
      this.#view = viewOf(this.#whole)
    }
    return this.#whole
  }

  #damaged = () => damaged(this.#pages.path, 'a row or key does not fit into its pages')
}
