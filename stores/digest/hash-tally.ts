/**
 * Counts by hashes: of each how often one side has it and how often the other. Open addressing over typed arrays,
 * since two million rows as strings of a `Map` would take half a gigabyte: 4 bytes a word and 8 for the counts.
 */
const FIRST = 1024
/** Slots in use before the table doubles. */
const FULL = 0.6

export class HashTally {
  readonly #words: number
  #hashes: Uint32Array
  #used: Uint8Array
  #count = 0
  /** By slot; other arrays once `slot` has made room. */
  source: Int32Array
  target: Int32Array

  /** @param words of a hash, the first four of which are well mixed */
  constructor(words: 4 | 8) {
    this.#words = words
    this.#hashes = new Uint32Array(FIRST * words)
    this.#used = new Uint8Array(FIRST)
    this.source = new Int32Array(FIRST)
    this.target = new Int32Array(FIRST)
  }

  /** The hash's slot, made if need be; good until the next one is made. */
  slot(hash: Uint32Array): number {
    if (this.#count >= this.#used.length * FULL) this.#grow()
    const at = this.#seek(hash)
    if (this.#used[at] === 0) {
      this.#used[at] = 1
      this.#hashes.set(hash, at * this.#words)
      this.#count++
    }
    return at
  }

  /** The hash's slot; −1 where it has none. */
  find(hash: Uint32Array): number {
    const at = this.#seek(hash)
    return this.#used[at] === 0 ? -1 : at
  }

  *slots(): Iterable<number> {
    for (let at = 0; at < this.#used.length; at++) if (this.#used[at] === 1) yield at
  }

  /** The hash of a slot, or its first words; a view that is good until the next slot is made. */
  hashAt(slot: number, words: number = this.#words): Uint32Array {
    return this.#hashes.subarray(slot * this.#words, slot * this.#words + words)
  }

  /**
   * The first word has chosen the bucket, so that all of one have some bits of it in common. The others are the same
   * for keys of a few bytes, as small numbers are: 600,000 of these at one place took minutes.
   */
  #seek(hash: Uint32Array): number {
    const mask = this.#used.length - 1
    for (let at = (hash[1]! + (hash[this.#words - 1]! >>> 15)) & mask; ; at = (at + 1) & mask)
      if (this.#used[at] === 0 || this.#isAt(hash, at)) return at
  }

  #isAt(hash: Uint32Array, slot: number): boolean {
    const start = slot * this.#words
    for (let i = 0; i < this.#words; i++) if (this.#hashes[start + i] !== hash[i]) return false
    return true
  }

  #grow(): void {
    const [hashes, used, source, target] = [this.#hashes, this.#used, this.source, this.target]
    const slots = used.length * 2
    this.#hashes = new Uint32Array(slots * this.#words)
    this.#used = new Uint8Array(slots)
    this.source = new Int32Array(slots)
    this.target = new Int32Array(slots)
    for (let from = 0; from < used.length; from++) {
      if (used[from] === 0) continue
      const hash = hashes.subarray(from * this.#words, (from + 1) * this.#words)
      const at = this.#seek(hash)
      this.#used[at] = 1
      this.#hashes.set(hash, at * this.#words)
      this.source[at] = source[from]!
      this.target[at] = target[from]!
    }
  }
}
