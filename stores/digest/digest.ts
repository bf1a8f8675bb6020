/**
 * The digest of a set of rows: 64 buckets, each a count and the sum modulo 2^128 of its rows' hashes. Sums do
 * not depend on the order of the rows or on how they were cut into chunks, and two equal rows do not cancel
 * each other, as they would with XOR.
 */
import { Failure } from '../../model/failure.ts'
import { hash128 } from './hash.ts'

export const BUCKETS = 64

/** Bytes of a stored digest: version, then per bucket the count (8 bytes) and the sum (16 bytes). */
export const DIGEST_BYTES = 4 + BUCKETS * 24

/** Rises with every change of canonical forms or of the hash: digests of two versions tell nothing. */
const VERSION = 1

export class Digest {
  readonly #counts = new Float64Array(BUCKETS)
  /** Four words per bucket, the lowest one first. */
  readonly #sums = new Uint32Array(BUCKETS * 4)

  /** Adds one row's hash to a bucket. */
  add(bucket: number, hash: Uint32Array): void {
    this.#counts[bucket]! += 1
    this.#sum(bucket, hash, 0)
  }

  /** Adds the rows of another digest, as of another chunk. */
  merge(other: Digest): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket]! += other.#counts[bucket]!
      this.#sum(bucket, other.#sums, bucket * 4)
    }
  }

  /** Number of rows of a bucket. */
  countOf(bucket: number): number {
    return this.#counts[bucket]!
  }

  /** Number of rows. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  equals(other: Digest): boolean {
    return differingBuckets(this, other).length === 0
  }

  /** Whether one bucket holds the same rows in both, as far as a hash can tell. */
  sameBucket(other: Digest, bucket: number): boolean {
    for (let i = bucket * 4; i < bucket * 4 + 4; i++) {
      if (this.#sums[i] !== other.#sums[i]) return false
    }
    return this.#counts[bucket] === other.#counts[bucket]
  }

  /** `DIGEST_BYTES` bytes, little-endian, for the ledger. */
  toBytes(): Uint8Array {
    const view = new DataView(new ArrayBuffer(DIGEST_BYTES))
    view.setUint32(0, VERSION, true)
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const at = 4 + bucket * 24
      view.setBigUint64(at, BigInt(this.#counts[bucket]!), true)
      for (let i = 0; i < 4; i++) view.setUint32(at + 8 + i * 4, this.#sums[bucket * 4 + i]!, true)
    }
    return new Uint8Array(view.buffer)
  }

  /** Reads what `toBytes` wrote. Fails with `artifact` where the bytes are of another version or length. */
  static fromBytes(bytes: Uint8Array): Digest {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.length !== DIGEST_BYTES || view.getUint32(0, true) !== VERSION) throw otherVersion()
    const digest = new Digest()
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const at = 4 + bucket * 24
      digest.#counts[bucket] = Number(view.getBigUint64(at, true))
      for (let i = 0; i < 4; i++) digest.#sums[bucket * 4 + i] = view.getUint32(at + 8 + i * 4, true)
    }
    return digest
  }

  /** 32 hexadecimal digits that stand for the whole digest in reports. */
  get hex(): string {
    const out = new Uint32Array(4)
    hash128(new DataView(this.toBytes().buffer), 0, DIGEST_BYTES, out)
    return Array.from(out, word => word.toString(16).padStart(8, '0')).join('')
  }

  #sum(bucket: number, words: Uint32Array, from: number): void {
    const sums = this.#sums
    let carry = 0
    for (let i = 0; i < 4; i++) {
      const sum = sums[bucket * 4 + i]! + words[from + i]! + carry
      sums[bucket * 4 + i] = sum
      carry = sum > 0xffff_ffff ? 1 : 0
    }
  }
}

/** The buckets that hold different rows; empty where the digests are equal. */
export function differingBuckets(a: Digest, b: Digest): number[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter(bucket => !a.sameBucket(b, bucket))
}

function otherVersion(): Failure {
  return new Failure({
    code: 'artifact',
    message: 'a stored digest was made by another version of longhaul',
    remedy: 'Validate again with this version: both sides are then read anew',
  })
}
