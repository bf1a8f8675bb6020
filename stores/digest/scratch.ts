/** The bytes of one row while they are made: one buffer, little-endian, reused for each row. */
export class Scratch {
  /** Bytes in use. */
  length = 0
  view: DataView
  #bytes: Buffer & Utf8Writer

  constructor() {
    this.#bytes = Buffer.allocUnsafeSlow(CAPACITY) as Buffer & Utf8Writer
    this.view = viewOf(this.#bytes)
  }

  /** Empties it, and gives back what a large row took. */
  clear(): void {
    this.length = 0
    if (this.#bytes.length > LARGE) this.#replace(CAPACITY)
  }

  /** Good until more are written, as `view` is. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** The bytes from `start` on, good until more are written. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.length)
  }

  /** Makes room for `more` bytes behind those in use. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed > this.#bytes.length) this.#grow(needed)
  }

  byte(value: number): void {
    this.reserve(1)
    this.#bytes[this.length++] = value
  }

  uint32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.length, value, true)
    this.length += 4
  }

  /** Eight bytes, two's complement; a number has to be a safe integer, a bigint within 64 bits. */
  int64(value: number | bigint): void {
    this.reserve(8)
    if (typeof value === 'bigint') {
      this.view.setBigInt64(this.length, value, true)
    } else {
      this.view.setUint32(this.length, value, true)
      this.view.setInt32(this.length + 4, Math.floor(value / 0x1_0000_0000), true)
    }
    this.length += 8
  }

  /** Eight bytes as two words; of each the lower 32 bits count. */
  words(low: number, high: number): void {
    this.reserve(8)
    this.view.setInt32(this.length, low, true)
    this.view.setInt32(this.length + 4, high, true)
    this.length += 8
  }

  float64(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** The bytes behind their number in four bytes. */
  sized(bytes: Uint8Array): void {
    this.reserve(bytes.length + 4)
    this.view.setUint32(this.length, bytes.length, true)
    this.#bytes.set(bytes, this.length + 4)
    this.length += bytes.length + 4
  }

  /** A part of other bytes, of which `view` is one, too, behind its length in four bytes. */
  sizedPart(bytes: Buffer, view: DataView, start: number, end: number): void {
    const length = end - start
    this.reserve(length + 4)
    this.view.setUint32(this.length, length, true)
    this.length += 4
    this.#copy(bytes, view, start, length)
  }

  /** As `sizedPart`, without the length. */
  part(bytes: Buffer, view: DataView, start: number, end: number): void {
    this.reserve(end - start)
    this.#copy(bytes, view, start, end - start)
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** The text in UTF-8 behind the number of its bytes in four bytes. */
  text(text: string): void {
    this.textPart(text, 0, text.length)
  }

  /** A part of a text, as `text`. */
  textPart(text: string, start: number, end: number): void {
    const units = end - start
    const most = units < LONG ? units * 3 : Buffer.byteLength(text)
    this.reserve(4 + most)
    const at = this.length + 4
    let bytes = units < SHORT ? this.#ascii(text, start, end, at) : -1
    if (bytes < 0) bytes = this.#bytes.utf8Write(text.slice(start, end), at, most)
    this.view.setUint32(at - 4, bytes, true)
    this.length = at + bytes
  }

  /** Appends a copy of bytes that are in here already. */
  repeat(start: number, end: number): void {
    this.reserve(end - start)
    this.#bytes.copyWithin(this.length, start, end)
    this.length += end - start
  }

  /** Takes out the bytes from `start` to `end`; those behind move up. */
  cut(start: number, end: number): void {
    this.#bytes.copyWithin(start, end, this.length)
    this.length -= end - start
  }

  /** There has to be room. */
  #copy(bytes: Buffer, view: DataView, start: number, length: number): void {
    const to = this.length
    this.length += length
    if (length > SHORT_PART) {
      bytes.copy(this.#bytes, to, start, start + length)
      return
    }
    const words = length & ~7
    for (let i = 0; i < words; i += 8) this.view.setBigInt64(to + i, view.getBigInt64(start + i))
    for (let i = words; i < length; i++) this.#bytes[to + i] = bytes[start + i]!
  }

  /** Writes ASCII; -1 where the text is not. */
  #ascii(text: string, start: number, end: number, at: number): number {
    const bytes = this.#bytes
    for (let i = start, to = at; i < end; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f) return -1
      bytes[to++] = unit
    }
    return end - start
  }

  /** Twice the size where that is little; what stands behind 100 MB is not worth another 100. */
  #grow(needed: number): void {
    this.#replace(Math.max(needed + (needed >> 3), Math.min(this.#bytes.length * 2, LARGE)))
  }

  #replace(capacity: number): void {
    const bytes = Buffer.allocUnsafeSlow(capacity) as Buffer & Utf8Writer
    bytes.set(this.#bytes.subarray(0, this.length))
    this.#bytes = bytes
    this.view = viewOf(bytes)
  }
}

const CAPACITY = 64 * 1024
/** Beyond this, memory counts more than the time to get it. */
const LARGE = 4 * 1024 * 1024

/** Parts up to this length are copied faster by a loop, eight bytes at once, than by a call into the engine. */
const SHORT_PART = 200

/** Texts shorter than this are written faster by a loop than by a call into the engine. */
const SHORT = 24

/** Texts of this many characters are measured first: room for three bytes each would be too much. */
const LONG = 64 * 1024

/** Node's own writer behind `Buffer.write`, without the price of its arguments' checks. */
interface Utf8Writer {
  utf8Write(text: string, at: number, length: number): number
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
