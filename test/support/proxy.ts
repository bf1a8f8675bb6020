/**
 * A proxy before PostgreSQL that breaks things where a test wants them broken: at a COMMIT, at its answer, in
 * the midst of a COPY, or now.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { type Deed, Link, type Listener } from './proxy-link.ts'

export type { Deed } from './proxy-link.ts'

/** Where a deed is done. Commits are counted from 1, over all connections that the condition is for. */
export type Moment =
  /** Right before the nth COMMIT is forwarded: the server never sees it. */
  | { at: 'commit'; nth: number }
  /** The nth COMMIT was done; the client never hears of it. */
  | { at: 'answer'; nth: number }
  /** So many bytes of rows of one COPY were forwarded. */
  | { at: 'rows'; bytes: number }

export interface Struck {
  application: string
  /** The statement that commits; absent in the midst of a COPY. */
  sql?: string
}

interface Condition {
  moment: Moment
  deed: Deed
  only: RegExp
  seen: number
  struck: PromiseWithResolvers<Struck>
}

export class PostgresProxy implements Listener {
  readonly #server: Server
  readonly #host: string
  readonly #port: number
  readonly #links = new Set<Link>()
  readonly #conditions = new Set<Condition>()
  #refuses = false
  #stalled = false
  #delay = 0
  /** What was committed through this proxy, in order: the statement, by whom. */
  readonly commits: Struck[] = []

  private constructor(server: Server, url: string) {
    const { hostname, port } = new URL(url)
    this.#server = server
    this.#host = hostname
    this.#port = Number(port || 5432)
    server.on('connection', client => {
      if (this.#refuses) return void client.resetAndDestroy()
      const link = new Link(client, connect(this.#port, this.#host), this)
      this.#links.add(link)
      if (this.#stalled) link.stall()
    })
  }

  /** Listens on a free port of loopback, before the server of a URL. */
  static async before(url: string): Promise<PostgresProxy> {
    const server = createServer()
    const proxy = new PostgresProxy(server, url)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  /** The same URL, through this proxy. */
  url(url: string): string {
    const through = new URL(url)
    through.hostname = '127.0.0.1'
    through.port = String((this.#server.address() as AddressInfo).port)
    return through.href
  }

  /**
   * Does the deed once, at that moment of a connection whose application name fits; settles when it was done, and
   * never when the signal came before.
   */
  strike(moment: Moment, deed: Deed, only = /./, until?: AbortSignal): Promise<Struck> {
    const condition: Condition = { moment, deed, only, seen: 0, struck: Promise.withResolvers() }
    this.#conditions.add(condition)
    until?.addEventListener('abort', () => this.#conditions.delete(condition), { once: true })
    return condition.struck.promise
  }

  /** Does it now, to all connections; gives how many there were. */
  strikeNow(deed: Deed): number {
    for (const link of this.#links) link.do(deed)
    return this.#links.size
  }

  /** Nothing gets through, on connections that are there and on new ones, until `flow`. */
  stall(): void {
    this.#stalled = true
    for (const link of this.#links) link.stall()
  }

  /** Ends a stall: what waited goes on, also what was stalled by a deed. */
  flow(): void {
    this.#stalled = false
    for (const link of this.#links) link.flow()
  }

  /** Milliseconds that each chunk takes longer, in each direction. */
  slow(milliseconds: number): void {
    this.#delay = milliseconds
  }

  /** New connections are reset; those that are there go on. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses
  }

  async stop(): Promise<void> {
    this.#server.close()
    for (const link of this.#links) link.end()
    if (this.#server.listening) await once(this.#server, 'close')
  }

  commit(link: Link, sql: string): Deed | undefined {
    return this.#meets('commit', link, sql)
  }

  answer(link: Link, sql: string): Deed | undefined {
    this.commits.push({ application: link.application, sql })
    return this.#meets('answer', link, sql)
  }

  rows(link: Link, bytes: number): Deed | undefined {
    for (const condition of this.#of('rows', link)) {
      if ((condition.moment as { bytes: number }).bytes <= bytes)
        return this.#done(condition, { application: link.application })
    }
    return undefined
  }

  delay(): number {
    return this.#delay
  }

  closed(link: Link): void {
    this.#links.delete(link)
  }

  #meets(at: 'commit' | 'answer', link: Link, sql: string): Deed | undefined {
    let deed: Deed | undefined
    for (const condition of this.#of(at, link)) {
      condition.seen++
      if ((condition.moment as { nth: number }).nth === condition.seen)
        deed = this.#done(condition, { application: link.application, sql })
    }
    return deed
  }

  #of(at: Moment['at'], { application }: Link): Condition[] {
    return [...this.#conditions].filter(({ moment, only }) => moment.at === at && only.test(application))
  }

  #done(condition: Condition, struck: Struck): Deed {
    this.#conditions.delete(condition)
    condition.struck.resolve(struck)
    return condition.deed
  }
}
