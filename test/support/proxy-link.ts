/** One connection through the proxy: both directions, message by message, and what can be done to it. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Messages, type Piece, startupParameters, wantsLetter } from './wire.ts'

/** `cut` ends both sides, `stall` passes nothing on for good, `half-open` ends the client's side alone. */
export type Deed = 'cut' | 'stall' | 'half-open'

/** What a link tells while it passes bytes on; a deed that is returned is done there and then. */
export interface Listener {
  /** A message that commits is about to be forwarded. */
  commit(link: Link, sql: string): Deed | undefined
  /** It was forwarded: whether its answer is to be kept from the client, and what is done when it is there. */
  answer(link: Link, sql: string): Deed | undefined
  /** So many bytes of rows of one COPY have been forwarded. */
  rows(link: Link, bytes: number): Deed | undefined
  /** Milliseconds that each chunk waits. */
  delay(): number
  /** Both sides are gone. */
  closed(link: Link): void
}

/** How statements begin that write; one that begins with WITH writes where such a word stands further on. */
const WRITES =
  /^\s*(INSERT|UPDATE|DELETE|TRUNCATE|CREATE|ALTER|DROP|GRANT|REVOKE|DO|WITH[\s\S]*\b(INSERT|UPDATE|DELETE))\b/i

export class Link {
  /** As the client named itself. */
  application = ''
  readonly #client: Socket
  readonly #server: Socket
  readonly #listener: Listener
  readonly #asked = new Messages('QPSdcf', true)
  readonly #answered = new Messages('Z', false)
  /** As the server told it last: idle, in a transaction, in a failed one. */
  #status = 'I'
  #statement = ''
  #rows = 0
  #stalled = Promise.withResolvers<void>()
  #lost: Deed | undefined

  constructor(client: Socket, server: Socket, listener: Listener) {
    this.#client = client
    this.#server = server
    this.#listener = listener
    this.#stalled.resolve()
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.once('close', () => client.closed && server.closed && listener.closed(this))
    }
    void this.#pump(client, server, this.#asked, piece => this.#ask(piece))
    void this.#pump(server, client, this.#answered, piece => this.#answer(piece))
  }

  do(deed: Deed): void {
    if (deed === 'stall') this.stall()
    else {
      // A reset: the kernel says so at once, as after a crash of the peer.
      this.#client.resetAndDestroy()
      if (deed === 'cut') this.#server.resetAndDestroy()
      // The server hears nothing, not even that nobody reads: as behind a router that forgot the connection.
      else this.stall()
    }
  }

  /** Passes nothing on until `flow`; the sockets stay as they are. */
  stall(): void {
    this.#stalled = Promise.withResolvers<void>()
  }

  flow(): void {
    this.#stalled.resolve()
  }

  end(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  /** One direction; reading waits for writing, so that a slow side slows the other. */
  async #pump(from: Socket, to: Socket, messages: Messages, see: (piece: Piece) => Deed | undefined) {
    try {
      for await (const chunk of from) {
        if (this.#listener.delay() > 0) await sleep(this.#listener.delay())
        for (const piece of messages.push(chunk as Buffer)) {
          await this.#stalled.promise
          const deed = see(piece)
          if (deed) this.do(deed)
          await this.#stalled.promise
          if (to.destroyed) return
          if (!to.write(piece.bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')])
        }
      }
      await this.#stalled.promise
      to.end()
    } catch {
      await this.#stalled.promise
      to.destroy()
    }
  }

  #ask({ type, body, bytes }: Piece): Deed | undefined {
    if (type === '') return this.#startup(body)
    if (type === 'd') {
      this.#rows += bytes.length
      return this.#listener.rows(this, this.#rows)
    }
    if (type === 'c' || type === 'f') this.#rows = 0
    if (type === 'Q') this.#statement = textOf(body)
    // After the name of the statement, which is empty for those that are used once.
    if (type === 'P') this.#statement = textOf(body.subarray(body.indexOf(0) + 1))
    if ((type === 'Q' || type === 'S') && this.#commits()) {
      const sql = this.#statement
      const deed = this.#listener.commit(this, sql)
      if (!deed) this.#lost = this.#listener.answer(this, sql)
      return deed
    }
    return undefined
  }

  /** COMMIT, or a statement that writes outside of a transaction, and so is one. */
  #commits(): boolean {
    if (/^\s*(COMMIT|END)\b/i.test(this.#statement)) return this.#status === 'T'
    return this.#status === 'I' && WRITES.test(this.#statement)
  }

  #startup(body: Buffer): undefined {
    if (wantsLetter(body)) this.#answered.expectBare()
    else this.#asked.startTyped()
    this.application = startupParameters(body)?.application_name ?? this.application
  }

  /** The client asks one thing at a time: what comes first after a COMMIT is its answer. */
  #answer({ type, body }: Piece): Deed | undefined {
    if (type === 'Z') this.#status = String.fromCharCode(body[0]!)
    const deed = this.#lost
    this.#lost = undefined
    return deed
  }
}

const textOf = (body: Buffer) => body.subarray(0, body.indexOf(0)).toString('utf8')
