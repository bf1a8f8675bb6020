/** The order of an index's entries, as SQLite has it (sqlite.org/datatype3.html, 4.1 and 7). */
import { RAW, type RawRow } from '../raw-row.ts'
import type { PlainPart } from './check-list.ts'

/** NULL, numbers, texts, blobs. By the values of `RAW`. */
const CLASSES = [0, 1, 1, 2, 3, 1]

type CompareTexts = (a: RawRow, b: RawRow, place: number) => number

export class EntryOrder {
  readonly #signs: Int8Array
  readonly #texts: CompareTexts[]
  /** Where the row number stands. */
  readonly #last: number

  constructor(parts: PlainPart[]) {
    this.#signs = Int8Array.from([...parts.map(({ descending }) => (descending ? -1 : 1)), 1])
    this.#texts = parts.map(({ collation }) => COLLATIONS[collation])
    this.#last = parts.length
  }

  /** The first place in which `entry` is greater than the one before it; -1 where it is not greater. */
  grows(before: RawRow, entry: RawRow): number {
    for (let place = 0; place <= this.#last; place++) {
      const difference = this.#compare(before, entry, place)
      if (difference !== 0) return difference * this.#signs[place]! < 0 ? place : -1
    }
    return -1
  }

  #compare(a: RawRow, b: RawRow, place: number): number {
    const kind = a.kinds[place]!
    if (kind !== b.kinds[place]) return compareClasses(a, b, place)
    if (kind === RAW.text) return this.#texts[place]!(a, b, place)
    if (kind === RAW.integer || kind === RAW.real) return sign(a.numbers[place]!, b.numbers[place]!)
    if (kind === RAW.null) return 0
    return kind === RAW.blob ? compareBytes(a, b, place) : compareExactly(a, b, place)
  }
}

function compareClasses(a: RawRow, b: RawRow, place: number): number {
  const difference = CLASSES[a.kinds[place]!]! - CLASSES[b.kinds[place]!]!
  return difference !== 0 ? difference : compareExactly(a, b, place)
}

/** Numbers of which one may be an integer beyond 2^53. JavaScript compares that with a float exactly. */
function compareExactly(a: RawRow, b: RawRow, place: number): number {
  const x = exact(a, place)
  const y = exact(b, place)
  return x < y ? -1 : x > y ? 1 : 0
}

/** Small integers all along: any other number that is handed on is an allocation, and there are millions. */
const sign = (x: number, y: number): number => (x < y ? -1 : x > y ? 1 : 0)

const exact = ({ kinds, numbers, view, starts }: RawRow, place: number): number | bigint =>
  kinds[place] === RAW.wide ? view.getBigInt64(starts[place]!) : numbers[place]!

function compareBytes(a: RawRow, b: RawRow, place: number): number {
  return compareUpTo(a, a.starts[place]!, a.ends[place]!, b, b.starts[place]!, b.ends[place]!)
}

/** Four bytes at a time. */
function compareUpTo(
  a: RawRow,
  startA: number,
  endA: number,
  b: RawRow,
  startB: number,
  endB: number,
): number {
  const shift = startB - startA
  const end = Math.min(endA, endB - shift)
  let at = startA
  for (; at + 4 <= end; at += 4) {
    const x = a.view.getUint32(at)
    const y = b.view.getUint32(at + shift)
    if (x !== y) return x < y ? -1 : 1
  }
  for (; at < end; at++) {
    const difference = a.bytes[at]! - b.bytes[at + shift]!
    if (difference !== 0) return difference
  }
  return endA - startA - (endB - startB)
}

/** ASCII letters have no case, and nothing behind a NUL is looked at but the length: so is `sqlite3StrNICmp`. */
function compareNoCase(a: RawRow, b: RawRow, place: number): number {
  const [startA, startB] = [a.starts[place]!, b.starts[place]!]
  const [lengthA, lengthB] = [a.ends[place]! - startA, b.ends[place]! - startB]
  const length = Math.min(lengthA, lengthB)
  for (let i = 0; i < length; i++) {
    const x = lower(a.bytes[startA + i]!)
    const difference = x - lower(b.bytes[startB + i]!)
    if (difference !== 0) return difference
    if (x === 0) break
  }
  return lengthA - lengthB
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)

/** Blanks at the end do not count. */
function compareTrimmed(a: RawRow, b: RawRow, place: number): number {
  return compareUpTo(a, a.starts[place]!, trimmedEnd(a, place), b, b.starts[place]!, trimmedEnd(b, place))
}

function trimmedEnd({ bytes, starts, ends }: RawRow, place: number): number {
  let end = ends[place]!
  while (end > starts[place]! && bytes[end - 1] === 0x20) end--
  return end
}

const COLLATIONS: Record<PlainPart['collation'], CompareTexts> = {
  BINARY: compareBytes,
  NOCASE: compareNoCase,
  RTRIM: compareTrimmed,
}
