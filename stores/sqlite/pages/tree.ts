/**
 * The rows of a table's B-tree in the order of their numbers. Format: SQLite's "Database File Format", sections 1.5
 * and 1.6. Row numbers have to be safe integers.
 */
import { damaged } from '../errors.ts'
import { type Pages, viewOf } from './pages.ts'
import type { SqliteRecord } from './record.ts'

const LEAF = 0x0d
const INTERIOR = 0x05
/** SQLite's own limit. */
const DEEPEST = 20

/** Rows with numbers above `after` and up to `upTo`. */
export interface RowRange {
  after: number
  upTo: number
}

/** The rows of one leaf page. */
export class Leaf {
  /** Rows that are in the range. */
  count = 0
  readonly #pages: Pages
  /** A copy of the page: the pages of an overflow may take its place among the blocks. */
  readonly #bytes: Buffer
  readonly #view: DataView
  readonly #record: SqliteRecord
  #first = 0
  /** Cells of the row that was read last. */
  columns = 0
  /** The payload of a row that does not fit into its page. */
  #whole: Buffer
  #wholeView: DataView

  constructor(pages: Pages, record: SqliteRecord) {
    this.#pages = pages
    this.#record = record
    this.#bytes = Buffer.alloc(pages.pageBytes)
    this.#view = viewOf(this.#bytes)
    this.#whole = Buffer.alloc(0)
    this.#wholeView = viewOf(this.#whole)
  }

  /** Takes over the page that was found at `at`. */
  load(at: number, header: number, { after, upTo }: RowRange): void {
    const { bytes, pageBytes } = this.#pages
    bytes.copy(this.#bytes, 0, at, at + pageBytes)
    const cells = this.#view.getUint16(header - at + 3)
    if (header - at + 8 + 2 * cells > pageBytes) throw this.#damaged()
    this.#first = header - at + 8
    const from = this.#above(after, cells)
    this.count = this.#above(upTo, cells) - from
    this.#first += 2 * from
  }

  /** Reads the row into the record and gives its number; `this.columns` says how many cells it has. */
  read(index: number): number {
    const bytes = this.#bytes
    let at = this.#cell(index)
    let byte = bytes[at++]!
    let length = byte & 0x7f
    while (byte > 0x7f) {
      byte = bytes[at++]!
      length = length * 128 + (byte & 0x7f)
    }
    const rowid = varint(bytes, at)
    for (let end = at + 9; at < end && bytes[at++]! > 0x7f; );
    const { usable } = this.#pages
    if (length <= usable - 35) this.columns = this.#parse(bytes, this.#view, at, length)
    else this.#overflown(at, length)
    return rowid
  }

  #parse(bytes: Buffer, view: DataView, at: number, length: number): number {
    if (at + length > bytes.length) throw this.#damaged()
    const columns = this.#record.read(bytes, view, at, length)
    if (columns < 0) throw this.#damaged()
    return columns
  }

  /** The part of the payload that is in the page, then that of each page of the chain. */
  #overflown(at: number, length: number): void {
    const { usable } = this.#pages
    const least = Math.floor(((usable - 12) * 32) / 255) - 23
    const fitting = least + ((length - least) % (usable - 4))
    const local = fitting <= usable - 35 ? fitting : least
    if (at + local + 4 > this.#bytes.length) throw this.#damaged()
    const whole = this.#room(length)
    this.#bytes.copy(whole, 0, at, at + local)
    let page = this.#view.getUint32(at + local)
    for (let got = local; got < length; ) {
      const from = this.#pages.find(page)
      const part = Math.min(usable - 4, length - got)
      this.#pages.bytes.copy(whole, got, from + 4, from + 4 + part)
      page = this.#pages.view.getUint32(from)
      got += part
    }
    this.columns = this.#parse(whole, this.#wholeView, 0, length)
  }

  #room(length: number): Buffer {
    if (this.#whole.length < length) {
      this.#whole = Buffer.allocUnsafeSlow(length + (length >> 2))
      this.#wholeView = viewOf(this.#whole)
    }
    return this.#whole
  }

  /** How many rows have numbers up to `rowid`. */
  #above(rowid: number, cells: number): number {
    let [low, high] = [0, cells]
    while (low < high) {
      const middle = (low + high) >> 1
      let at = this.#cell(middle)
      while (this.#bytes[at++]! > 0x7f);
      if (varint(this.#bytes, at) <= rowid) low = middle + 1
      else high = middle
    }
    return low
  }

  #cell(index: number): number {
    const at = this.#view.getUint16(this.#first + 2 * index)
    if (at < 8 || at >= this.#pages.usable) throw this.#damaged()
    return at
  }

  #damaged = () => damaged(this.#pages.path, 'a page of rows makes no sense')
}

/** The leaves below page `root` that have rows of the range, each time the same object. */
export function* leavesOf(
  pages: Pages,
  root: number,
  range: RowRange,
  leaf: Leaf,
  depth = 0,
): Iterable<Leaf> {
  const at = pages.find(root)
  const header = root === 1 ? at + 100 : at
  const kind = pages.bytes[header]
  if (kind === LEAF) {
    leaf.load(at, header, range)
    if (leaf.count > 0) yield leaf
  } else if (kind === INTERIOR && depth < DEEPEST) {
    for (const child of childrenOf(pages, at, header, range))
      yield* leavesOf(pages, child, range, leaf, depth + 1)
  } else throw damaged(pages.path, `page ${root} is none of a table`)
}

/** A child has the rows above the number before it, up to and with its own; the last one all that follow. */
function childrenOf(pages: Pages, at: number, header: number, { after, upTo }: RowRange): number[] {
  const { bytes, view, pageBytes } = pages
  const cells = view.getUint16(header + 3)
  if (header - at + 12 + 2 * cells > pageBytes) throw damaged(pages.path, 'an inner page makes no sense')
  const children: number[] = []
  let before = Number.NEGATIVE_INFINITY
  for (let i = 0; i < cells; i++) {
    const cell = view.getUint16(header + 12 + 2 * i)
    if (cell + 5 > pageBytes) throw damaged(pages.path, 'an inner page makes no sense')
    const last = varint(bytes, at + cell + 4)
    if (last > after && before < upTo) children.push(view.getUint32(at + cell))
    before = last
  }
  if (before < upTo) children.push(view.getUint32(header + 8))
  return children
}

/** A signed number of 1 to 9 bytes. */
function varint(bytes: Buffer, start: number): number {
  let at = start
  let byte = bytes[at++]!
  let value = byte & 0x7f
  while (byte > 0x7f && at < start + 8) {
    byte = bytes[at++]!
    value = value * 128 + (byte & 0x7f)
  }
  return byte > 0x7f ? nineBytes(bytes, start) : value
}

/** The ninth byte counts whole; negative numbers have it. */
function nineBytes(bytes: Buffer, start: number): number {
  let value = 0n
  for (let at = start; at < start + 8; at++) value = (value << 7n) | BigInt(bytes[at]! & 0x7f)
  return Number(BigInt.asIntN(64, (value << 8n) | BigInt(bytes[start + 8]!)))
}
