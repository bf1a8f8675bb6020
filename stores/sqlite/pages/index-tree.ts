/**
 * The entries of an index's B-tree in their order. Format: SQLite's "Database File Format", sections 1.5, 1.6 and 2.3. Entries stand
 * in inner pages, too: each between the two children on its sides.
 */
import { damaged } from '../errors.ts'
import { type Pages, viewOf } from './pages.ts'
import type { Payload } from './payload.ts'
import { Visits } from './visits.ts'

const LEAF = 0x0a
const INTERIOR = 0x02

/** The payload that a page of an index keeps: four entries have to fit. */
export const mostOfKey = (pages: Pages): number => Math.floor(((pages.usable - 12) * 64) / 255) - 23

/**
 * Some entries of one page. An entry is good until the one behind it was read, also over the ends of pages: between two leaves stands an
 * entry of an inner page, and each depth has a page of its own.
 */
export class IndexPage {
  /** Entries that come next. */
  count = 0
  readonly #pages: Pages
  readonly #bytes: Buffer
  readonly #view: DataView
  #isLeaf = true
  #cells = 0
  #from = 0

  constructor(pages: Pages) {
    this.#pages = pages
    this.#bytes = Buffer.alloc(pages.pageBytes)
    this.#view = viewOf(this.#bytes)
  }

  /** Takes over the page that stands at `at`; gives its number of children, or 0. */
  load(at: number): number {
    const { bytes, pageBytes } = this.#pages
    bytes.copy(this.#bytes, 0, at, at + pageBytes)
    const kind = this.#bytes[0]
    if (kind !== LEAF && kind !== INTERIOR) throw this.#damaged()
    this.#isLeaf = kind === LEAF
    this.#cells = this.#view.getUint16(3)
    if (this.#first + 2 * this.#cells > pageBytes) throw this.#damaged()
    this.#from = 0
    this.count = this.#isLeaf ? this.#cells : 0
    return this.#isLeaf ? 0 : this.#cells + 1
  }

  /** The page of a child, from 0. */
  child(index: number): number {
    return this.#view.getUint32(index < this.#cells ? this.#cell(index) : 8)
  }

  /** The entry between a child and the next one comes next. */
  between(index: number): void {
    this.#from = index
    this.count = 1
  }

  /** Reads one of the entries that come next; gives how many cells it has. */
  read(index: number, payload: Payload): number {
    const bytes = this.#bytes
    let at = this.#cell(this.#from + index) + (this.#isLeaf ? 0 : 4)
    let byte = bytes[at++]!
    let length = byte & 0x7f
    while (byte > 0x7f) {
      byte = bytes[at++]!
      length = length * 128 + (byte & 0x7f)
    }
    return payload.read(bytes, this.#view, at, length)
  }

  get #first(): number {
    return this.#isLeaf ? 8 : 12
  }

  #cell(index: number): number {
    const at = this.#view.getUint16(this.#first + 2 * index)
    if (at < 8 || at + 4 > this.#pages.usable) throw this.#damaged()
    return at
  }

  #damaged = () => damaged(this.#pages.path, 'a page of an index makes no sense')
}

/** All entries below page `root`. */
export function entriesOf(pages: Pages, root: number): Iterable<IndexPage> {
  return entriesBelow(new Visits(pages), root, [], 0)
}

/** @param levels a page for each depth, each time the same */
function* entriesBelow(
  visits: Visits,
  root: number,
  levels: IndexPage[],
  depth: number,
): Iterable<IndexPage> {
  const page = (levels[depth] ??= new IndexPage(visits.pages))
  const children = page.load(visits.find(root, depth))
  if (page.count > 0) yield page
  for (let i = 0; i < children; i++) {
    yield* entriesBelow(visits, page.child(i), levels, depth + 1)
    if (i === children - 1) return
    page.between(i)
    yield page
  }
}
