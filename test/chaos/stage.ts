/** Where one run of the chaos plays: a database and its role, a proxy before it, a state folder, and the command. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { readStack } from '../../home/stack.ts'
import { runningServer } from '../../worker/temporal-process.ts'
import { type Command, type Ended, spawnCli } from '../scenarios/cli.ts'
import type { ScratchPostgres } from '../support/postgres.ts'
import type { Cluster } from '../support/postgres-cluster.ts'
import { PostgresProxy } from '../support/proxy.ts'
import { scratchHome } from '../support/temporal.ts'

/** Small chunks, two tables side by side, two lanes for the largest. */
const PLAN = 'version: 1\nhow: { chunk_rows: 300, chunk_bytes: 1048576, tables: 2, lanes: 2 }\n'
export const PASSWORD = 'Chaos/c@nary+4711'
const NAME = 'chaos'

export class Stage {
  readonly home: string
  readonly source: string
  /** The target as its superuser, past the proxy. */
  readonly url: string
  readonly role: string
  readonly proxy: PostgresProxy
  readonly cluster: Cluster
  readonly #env: NodeJS.ProcessEnv
  readonly #words: string[]
  readonly #stops: (() => Promise<unknown>)[]
  #command: Command | undefined
  #killed = false
  #starts = 0

  private constructor(
    place: Pick<Stage, 'home' | 'source' | 'url' | 'role' | 'proxy' | 'cluster'>,
    env: NodeJS.ProcessEnv,
    words: string[],
    stops: (() => Promise<unknown>)[],
  ) {
    ;({ home: this.home, source: this.source, url: this.url } = place)
    ;({ role: this.role, proxy: this.proxy, cluster: this.cluster } = place)
    this.#env = env
    this.#words = words
    this.#stops = stops
  }

  static async open(postgres: ScratchPostgres, original: string): Promise<Stage> {
    const { home, env, stop } = scratchHome()
    const files = scratchHome()
    const source = join(files.home, 'parcels.db')
    copyFileSync(original, source)
    const plan = join(files.home, 'plan.yaml')
    writeFileSync(plan, PLAN)
    const url = await postgres.createDatabase()
    const role = `chaos_${new URL(url).pathname.slice(-8)}`
    await makeRole(url, role)
    const proxy = await PostgresProxy.before(url)
    const login = new URL(proxy.url(url))
    login.username = role
    login.password = encodeURIComponent(PASSWORD)
    const words = ['full', '--from', `sqlite:${source}`, '--to', login.href, '--plan', plan, '--id', NAME]
    const place = { home, source, url, role, proxy, cluster: postgres.cluster! }
    return new Stage(place, env, words, [() => proxy.stop(), stop, files.stop])
  }

  /** How often the command was started. */
  get starts(): number {
    return this.#starts
  }

  /** The command, to its end; undefined where it was killed by `killCommand`. */
  async follow(): Promise<Ended | undefined> {
    this.#starts++
    this.#killed = false
    this.#command = spawnCli(this.#words, this.#env)
    const ended = await this.#command.ended
    return this.#killed ? undefined : ended
  }

  /** Runs another command on this run to its end. */
  operate(...words: string[]): Promise<Ended> {
    return spawnCli([words[0]!, NAME, ...words.slice(1)], this.#env).ended
  }

  pidOf(which: 'worker' | 'server' | 'command'): number | undefined {
    if (which === 'command') return this.#command?.pid
    return which === 'worker' ? readStack(this.home)?.pid : runningServer(this.home)?.pid
  }

  /** Sends a signal where there is such a process; gives its process id. */
  signal(which: 'worker' | 'server' | 'command', signal: NodeJS.Signals): number | undefined {
    const pid = this.pidOf(which)
    if (pid === undefined) return undefined
    if (which === 'command') this.#killed = true
    try {
      process.kill(pid, signal)
      return pid
    } catch {
      return undefined
    }
  }

  /** A session past the proxy, which a crash of the server may end. */
  async session(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'chaos' })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop()
  }
}

async function makeRole(url: string, role: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const database = client.escapeIdentifier(decodeURIComponent(new URL(url).pathname.slice(1)))
  await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(PASSWORD)}`)
  await client.query(`GRANT CREATE ON DATABASE ${database} TO ${role}`)
  await client.query(`GRANT CREATE ON SCHEMA public TO ${role}`)
  await client.end()
}
