/**
 * A scratch PostgreSQL for tests and the demo: a database of its own in `LONGHAUL_TEST_POSTGRES`, else a
 * server of its own on loopback. Never in `DATABASE_URL`, which is somebody's live application. It is gone
 * afterwards, also when this process was killed.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type Cluster, startCluster } from './postgres-cluster.ts'
import { type Guard, guard } from './watchdog.ts'

export interface ScratchPostgres {
  /** Superuser (of a server of our own) and an empty database. */
  url: string
  /** Makes another empty database; returns its URL. */
  createDatabase(name?: string): Promise<string>
  /** The server itself with its faults; absent where the tests use somebody else's. */
  cluster?: Cluster
  stop(): Promise<void>
}

export interface PostgresOptions {
  /** Lines for postgresql.conf. Default: no fsync, as only processes are killed and never the machine. */
  settings?: Record<string, string>
  /** More words for `initdb`, as `--locale-provider=icu`. */
  initdb?: string[]
  /** A server of our own even where `LONGHAUL_TEST_POSTGRES` is set: for tests that stop it. */
  own?: boolean
}

const VARIABLE = 'LONGHAUL_TEST_POSTGRES'

export async function startPostgres(options: PostgresOptions = {}): Promise<ScratchPostgres> {
  const borrowed = process.env[VARIABLE]
  if (borrowed && !options.own) return borrow(borrowed)
  const cluster = await startCluster(options)
  const create = (name?: string) => createDatabase(cluster.url, name)
  return { url: await create(), createDatabase: create, cluster, stop: cluster.stop }
}

async function borrow(server: string): Promise<ScratchPostgres> {
  const guards: Guard[] = []
  const create = async (name = scratchName()) => {
    guards.push(guard({ kind: 'database', variable: VARIABLE, name }))
    return createDatabase(server, name)
  }
  const stop = async () => void (await Promise.all(guards.map(({ end }) => end())))
  return { url: await create(), createDatabase: create, stop }
}

async function createDatabase(server: string, name = scratchName()): Promise<string> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
  const url = new URL(server)
  url.pathname = `/${encodeURIComponent(name)}`
  return url.href
}

const scratchName = () => `longhaul_${randomBytes(6).toString('hex')}`
