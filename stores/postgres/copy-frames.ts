/**
 * Parts what the server sends during `COPY … TO STDOUT`: messages with data, and all others. Each row is a message;
 * those of a chunk go into the window together with their headers, as a call for each would cost more than reading it.
 */

/** Messages with data, one behind the other, that are there to be read from `start` to `end`; who reads moves `start`. */
export interface Window {
  bytes: Buffer
  view: DataView
  start: number
  end: number
}

const COPY_DATA = 0x64
/** A message's kind, and its length without the kind. */
export const MESSAGE_HEADER = 5
/** Of these, the bytes of the length, which counts itself. */
const LENGTH_BYTES = 4
/** A window that grew beyond this for one large row is given back when it is empty. */
const LARGE = 4 * 1024 * 1024

/** Bytes of a message behind its header, which begins at `at`. */
export const lengthOf = (view: DataView, at: number): number => view.getUint32(at + 1) - LENGTH_BYTES

export class CopyFrames {
  readonly window: Window
  readonly #capacity: number
  readonly #header = Buffer.alloc(MESSAGE_HEADER)
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
   * Appends the messages with data in a chunk to the window and hands all others to `forward`. Stops where `forward`
   * says that nobody here listens any longer; gives the place behind the last byte that was used.
   */
  push(chunk: Buffer, forward: (bytes: Buffer) => boolean): number {
    let at = this.#headerBytes > 0 ? this.#restOfHeader(chunk, forward) : 0
    let run = at
    while (at < chunk.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at)
        this.#left -= taken
        at += taken
        continue
      }
      const whole = at + MESSAGE_HEADER <= chunk.length
      const isData = chunk[at] === COPY_DATA
      if (!whole || isData !== this.#isData) {
        if (!this.#pass(chunk, run, at, forward)) return at
        run = at
        this.#isData = isData
      }
      if (!whole) return this.#beginHeader(chunk, at)
      this.#left = chunk.readUInt32BE(at + 1) - LENGTH_BYTES
      at += MESSAGE_HEADER
    }
    this.#pass(chunk, run, at, forward)
    return at
  }

  /** Makes room for `bytes` in one piece, counted from the first that was not read; cheap where few are left. */
  reserve(bytes: number): void {
    const { window } = this
    const needed = Math.max(bytes, this.size)
    const large = window.bytes.length > LARGE && needed <= this.#capacity
    if (needed > window.bytes.length || large) this.#resize(needed + this.#capacity)
    else window.bytes.copyWithin(0, window.start, window.end)
    window.end -= window.start
    window.start = 0
  }

  /** A header may come in two chunks, or in more. */
  #beginHeader(chunk: Buffer, at: number): number {
    this.#headerBytes = chunk.copy(this.#header, 0, at)
    return chunk.length
  }

  /** Gives the place behind it. */
  #restOfHeader(chunk: Buffer, forward: (bytes: Buffer) => boolean): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, 0, MESSAGE_HEADER - this.#headerBytes)
    this.#headerBytes += taken
    if (this.#headerBytes === MESSAGE_HEADER) {
      this.#headerBytes = 0
      this.#isData = this.#header[0] === COPY_DATA
      this.#left = this.#header.readUInt32BE(1) - LENGTH_BYTES
      this.#pass(Buffer.from(this.#header), 0, MESSAGE_HEADER, forward)
    }
    return taken
  }

  /** Part of a chunk, all data or all others. */
  #pass(chunk: Buffer, start: number, end: number, forward: (bytes: Buffer) => boolean): boolean {
    if (start === end) return true
    if (!this.#isData) return forward(chunk.subarray(start, end))
    this.#append(chunk, start, end)
    return true
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
