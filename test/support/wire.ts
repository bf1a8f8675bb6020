/** PostgreSQL's messages in a stream of bytes, as far as a proxy has to understand them. */

/** Bytes that go on together: whole messages of no interest, one message of interest, or a part of a large one. */
export interface Piece {
  bytes: Buffer
  /** The type of the message; empty for what is of no interest and for the messages before the login. */
  type: string
  /** The message after its length; empty where it is a part of a large one. */
  body: Buffer
}

/** Larger messages are passed on as they come, without a body. */
const GATHERED = 64 * 1024
const NOTHING = Buffer.alloc(0)

/** Cuts one direction of a connection into pieces; `untyped` messages come first where the client speaks. */
export class Messages {
  readonly #interest: string
  #untyped: boolean
  #rest: Buffer = NOTHING
  /** What is still to come of a message that is passed on as it comes. */
  #open = { type: '', bytes: 0 }
  /** Bytes without a message around them: the server's one-letter answer to a request for TLS. */
  #bare = 0

  /** @param interest the types of messages that get a piece of their own */
  constructor(interest: string, untyped: boolean) {
    this.#interest = interest
    this.#untyped = untyped
  }

  /** The next byte is one without a message. */
  expectBare(): void {
    this.#bare++
  }

  /** From now on every message has a type. */
  startTyped(): void {
    this.#untyped = false
  }

  /** A generator: whoever takes the pieces may call `startTyped` between two of them. */
  *push(chunk: Buffer): Generator<Piece> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let piece = this.#next(); piece; piece = this.#next()) yield piece
  }

  #next(): Piece | undefined {
    if (this.#rest.length === 0) return undefined
    if (this.#open.bytes > 0) return this.#part(Math.min(this.#open.bytes, this.#rest.length))
    if (this.#bare > 0) {
      this.#bare--
      return { bytes: this.#take(1), type: '', body: NOTHING }
    }
    const dull = this.#dull()
    if (dull > 0) return { bytes: this.#take(dull), type: '', body: NOTHING }
    return this.#message()
  }

  /** The length of the whole messages in front that are of no interest. */
  #dull(): number {
    if (this.#untyped) return 0
    let end = 0
    while (this.#rest.length >= end + 5) {
      const type = String.fromCharCode(this.#rest[end]!)
      const next = end + 1 + this.#rest.readInt32BE(end + 1)
      if (this.#interest.includes(type) || next > this.#rest.length) break
      end = next
    }
    return end
  }

  #message(): Piece | undefined {
    const head = this.#untyped ? 4 : 5
    if (this.#rest.length < head) return undefined
    const type = this.#untyped ? '' : String.fromCharCode(this.#rest[0]!)
    const bytes = this.#rest.readInt32BE(head - 4) + head - 4
    if (type === 'd' || bytes > GATHERED) {
      this.#open = { type, bytes }
      return this.#part(Math.min(bytes, this.#rest.length))
    }
    if (this.#rest.length < bytes) return undefined
    const message = this.#take(bytes)
    return { bytes: message, type, body: message.subarray(head) }
  }

  #part(size: number): Piece {
    const { type } = this.#open
    this.#open.bytes -= size
    return { bytes: this.#take(size), type, body: NOTHING }
  }

  #take(size: number): Buffer {
    const taken = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(size)
    return taken
  }
}

/** The parameters of a startup message, and nothing for the requests (TLS, cancel) that look like one. */
export function startupParameters(body: Buffer): Record<string, string> | undefined {
  if (body.length < 8 || body.readInt16BE(0) !== 3) return undefined
  const words = body.subarray(4).toString('utf8').split('\0')
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < words.length && words[i]; i += 2) pairs.push([words[i]!, words[i + 1]!])
  return Object.fromEntries(pairs)
}

const TLS_REQUESTS = new Set([80877103, 80877104])

/** A request for TLS or GSSAPI: the server answers it with one letter. */
export const wantsLetter = (body: Buffer): boolean =>
  body.length === 4 && TLS_REQUESTS.has(body.readInt32BE(0))
