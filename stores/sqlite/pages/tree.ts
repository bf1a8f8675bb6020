/**
 * The rows of a table's B-tree in the order of their numbers. Format: SQLite's "Database File Format", sections 1.5
 * and 1.6. Row numbers have to be safe integers.
 */
import { damaged } from '../errors.ts'
import { type Pages, viewOf } from './pages.ts'
import { Payload } from './payload.ts'
import type { SqliteRecord } from './record.ts'
import { Visits } from './visits.ts'

const LEAF = 0x0d
const INTERIOR = 0x05

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
  readonly #payload: Payload
  #first = 0
  /** Cells of the row that was read last. */
  columns = 0

  constructor(pages: Pages, record: SqliteRecord) {
    this.#pages = pages
    this.#payload = new Payload(pages, record, pages.usable - 35)
    this.#bytes = Buffer.alloc(pages.pageBytes)
    this.#view = viewOf(this.#bytes)
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
    this.columns = this.#payload.read(bytes, this.#view, at, length)
    return rowid
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
export function leavesOf(pages: Pages, root: number, range: RowRange, leaf: Leaf): Iterable<Leaf> {
  return leavesBelow(new Visits(pages), root, range, leaf, 0)
}

function* leavesBelow(
  visits: Visits,
  page: number,
  range: RowRange,
  leaf: Leaf,
  depth: number,
): Iterable<Leaf> {
  const { pages } = visits
  const at = visits.find(page, depth)
  const header = page === 1 ? at + 100 : at
  const kind = pages.bytes[header]
  if (kind === LEAF) {
    leaf.load(at, header, range)
    if (leaf.count > 0) yield leaf
  } else if (kind === INTERIOR) {
    for (const child of childrenOf(pages, at, header, range))
      yield* leavesBelow(visits, child, range, leaf, depth + 1)
  } else throw damaged(pages.path, `page ${page} is none of a table`)
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
  return Number(BigInt.asIntN(64, (value << 8n) | BigInt(bytes[start + 8] ?? 0)))
}
