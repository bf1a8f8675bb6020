/**
 * A sum over the entries of an index that does not depend on their order: equal for an index and the rows that it should hold.
 * Two lanes of 32 bits: against damage, not against somebody who makes collisions on purpose.
 */
import { RAW, type RawRow } from '../raw-row.ts'

const FLOAT = new DataView(new ArrayBuffer(8))

/** Hashes of cells by place: equal numbers have equal ones, whatever they are kept as. */
export class CellHashes {
  readonly lows: Int32Array
  readonly highs: Int32Array

  constructor(places: number) {
    this.lows = new Int32Array(places)
    this.highs = new Int32Array(places)
  }

  /** @param place of the cell in its row · @param to where its hash goes */
  cell(row: RawRow, place: number, to: number): void {
    const kind = row.kinds[place]!
    if (kind === RAW.integer || kind === RAW.real) this.number(row.numbers[place]!, to)
    else if (kind === RAW.null) this.#null(to)
    else if (kind === RAW.wide) this.#wide(row, place, to)
    else this.#bytes(row, row.starts[place]!, row.ends[place]!, kind, to)
  }

  /** One that a float holds exactly may be kept as one. */
  #wide(row: RawRow, place: number, to: number): void {
    const value = row.view.getBigInt64(row.starts[place]!)
    if (BigInt(Number(value)) === value) this.number(Number(value), to)
    else this.#bytes(row, row.starts[place]!, row.ends[place]!, RAW.wide, to)
  }

  #null(to: number): void {
    this.lows[to] = 0x3c6ef372
    this.highs[to] = 0x1b873593
  }

  number(value: number, to: number): void {
    let low = value | 0
    let high = low >> 31
    if (low !== value) {
      FLOAT.setFloat64(0, value)
      low = FLOAT.getInt32(4)
      high = FLOAT.getInt32(0)
    }
    this.lows[to] = Math.imul(low ^ Math.imul(high, 0x5bd1e995), 0x9e3779b1 | 0)
    this.highs[to] = Math.imul(high + Math.imul(low, 0x2c1b3c6d), 0x297a2d39)
  }

  #bytes({ view, bytes }: RawRow, start: number, end: number, kind: number, to: number): void {
    let low = Math.imul(end - start, 0x85ebca6b | 0) ^ kind
    let high = (end - start + kind) | 0
    let at = start
    for (; at + 8 <= end; at += 8) {
      low = Math.imul(low ^ view.getInt32(at, true), 0xcc9e2d51 | 0)
      high = Math.imul((high + view.getInt32(at + 4, true)) | 0, 0x1b873593)
      low ^= low >>> 15
      high ^= high >>> 13
    }
    if (at + 4 <= end) {
      low = Math.imul(low ^ view.getInt32(at, true), 0xcc9e2d51 | 0)
      low ^= low >>> 15
      at += 4
    }
    let rest = 0
    for (; at < end; at++) rest = (rest << 8) | bytes[at]!
    this.lows[to] = low
    this.highs[to] = Math.imul((high + rest) | 0, 0x1b873593)
  }
}

export class EntrySum {
  #count = 0
  #low = 0
  #high = 0

  /** Adds the entry whose cells have the hashes at these places, in this order. */
  add({ lows, highs }: CellHashes, places: Int32Array): void {
    let low = 0
    let high = 0
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      low = Math.imul(low ^ lows[place]!, 0x9e3779b1 | 0)
      low = ((low << 13) | (low >>> 19)) + highs[place]!
      high = Math.imul(high ^ highs[place]!, 0x85ebca6b | 0)
      high = ((high << 17) | (high >>> 15)) + lows[place]!
    }
    this.#count++
    this.#low = (this.#low + mixed(low)) | 0
    this.#high = (this.#high + mixed(high)) | 0
  }

  equals(other: EntrySum): boolean {
    return this.#count === other.#count && this.#low === other.#low && this.#high === other.#high
  }
}

/** Every bit of the word depends on all of its bits. After MurmurHash3's finalizer, which is in the public domain. */
function mixed(word: number): number {
  let w = Math.imul(word ^ (word >>> 16), 0x85ebca6b | 0)
  w = Math.imul(w ^ (w >>> 13), 0xc2b2ae35 | 0)
  return w ^ (w >>> 16)
}
