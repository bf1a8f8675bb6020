/** Takes the frames off what the server sends during `COPY … TO STDOUT`. */

/** Bytes that are there to be read from `start` to `end`; who reads moves `start`. */
export interface Window {
  bytes: Buffer
  view: DataView
  start: number
  end: number
}

const COPY_DATA = 0x64
/** A message's kind, and its length without the kind. */
const HEADER_BYTES = 5
/** A window that grew beyond this for one large row is given back when it is empty. */
const LARGE = 4 * 1024 * 1024

export class CopyFrames {
  readonly window: Window
  readonly #capacity: number
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  /** What is still to come of the message at hand. */
  #left = 0
  #isData = false

  /** `capacity`: bytes that the window has at first. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.window = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)), start: 0, end: 0 }
    this.#resize(capacity)
  }

  /** Bytes in the window that were not read. */
  get size(): number {
    return this.window.end - this.window.start
  }

  /**
   * Appends the data in a chunk to the window and hands all else, frames included, to `forward`. Stops where
   * `forward` says that nobody here listens any longer; gives the place behind the last byte that was used.
   */
  push(chunk: Buffer, forward: (bytes: Buffer) => boolean): number {
    let at = 0
    let listening = true
    while (at < chunk.length && listening) {
      if (this.#left === 0) {
        at = this.#readHeader(chunk, at)
        if (!this.#isData && this.#headerBytes === 0) listening = forward(Buffer.from(this.#header))
        continue
      }
      const end = Math.min(chunk.length, at + this.#left)
      if (this.#isData) this.#append(chunk, at, end)
      else listening = forward(chunk.subarray(at, end))
      this.#left -= end - at
      at = end
    }
    return at
  }

  /** Makes room for `bytes` in one piece, counted from the first that was not read. */
  reserve(bytes: number): void {
    const { window } = this
    if (window.start + bytes <= window.bytes.length) return
    const large = window.bytes.length > LARGE && bytes <= this.#capacity
    if (bytes > window.bytes.length || large) this.#resize(bytes + this.#capacity)
    else window.bytes.copyWithin(0, window.start, window.end)
    window.end -= window.start
    window.start = 0
  }

  /** A header may come in two chunks. */
  #readHeader(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length && this.#headerBytes < HEADER_BYTES) {
      this.#header[this.#headerBytes++] = chunk[at++]!
    }
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0
      this.#isData = this.#header[0] === COPY_DATA
      this.#left = this.#header.readUInt32BE(1) - 4
    }
    return at
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const { window } = this
    const needed = this.size + end - start
    if (window.end + end - start > window.bytes.length) this.reserve(needed)
    chunk.copy(window.bytes, window.end, start, end)
    window.end += end - start
  }

  #resize(capacity: number): void {
    const { window } = this
    const bytes = Buffer.allocUnsafeSlow(capacity)
    window.bytes.copy(bytes, 0, window.start, window.end)
    window.bytes = bytes
    window.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }
}
