/** A PostgreSQL server of our own, in a temporary folder, as a user who is not root. */
import { execFile, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chownSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { childEnvironment } from '../../worker/executable.ts'
import { freePort } from '../../worker/ports.ts'
import { copyCluster, type User, unprivileged } from './cluster-template.ts'
import type { PostgresOptions } from './postgres.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { guard } from './watchdog.ts'

const START_LIMIT = 30_000

export interface Cluster {
  /** Superuser, database `postgres`. */
  url: string
  binDir: string
  /** Immediate shutdown: what a crash leaves behind. */
  crash(): Promise<void>
  /** Kills the postmaster alone; its children end when they see that. */
  kill(): Promise<void>
  /** Starts it again, on the same port. */
  start(): Promise<void>
  /** Fast shutdown and start. */
  restart(): Promise<void>
  /** The postmaster's pid. */
  pid(): number
  /** What the server wrote to its log. */
  log(): string
  stop(): Promise<void>
}

export async function startCluster({ settings = {}, initdb = [] }: PostgresOptions): Promise<Cluster> {
  const binDir = await postgresBinaries()
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-pg-'))
  const watchdog = guard({ kind: 'postgres', folder })
  const owner = unprivileged()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const port = await freePort()
  const password = await copyCluster(binDir, join(folder, 'data'), initdb)
  const configuration = { ...DEFAULTS, port: `${port}`, ...settings }
  const lines = Object.entries(configuration).map(([name, value]) => `${name} = '${value}'`)
  appendFileSync(join(folder, 'data', 'postgresql.conf'), `\n${lines.join('\n')}\n`)

  const url = `postgresql://longhaul:${password}@127.0.0.1:${port}/postgres`
  return serve({ binDir, folder, owner, url, stop: watchdog.end })
}

/**
 * A standby that streams from a server; it may be promoted. `behind` cuts its stream off: it has what it has, and is
 * ready to be promoted with that.
 */
export async function startStandby(primary: Cluster): Promise<Cluster & Standby> {
  const { binDir } = primary
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-standby-'))
  const watchdog = guard({ kind: 'postgres', folder })
  const owner = unprivileged()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const words = ['-D', join(folder, 'data'), '--write-recovery-conf', '--checkpoint=fast', '-d', primary.url]
  const program = join(binDir, 'pg_basebackup')
  await promisify(execFile)(program, words, { ...owner, cwd: folder, env: childEnvironment() })
  const port = await freePort()
  appendFileSync(join(folder, 'data', 'postgresql.conf'), `\nport = '${port}'\n`)
  const url = Object.assign(new URL(primary.url), { port: `${port}` }).href
  const cluster = await serve({ binDir, folder, owner, url, stop: watchdog.end })
  const ask = async (sql: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return client.query(sql).finally(() => client.end())
  }
  return {
    ...cluster,
    behind: async () => {
      await ask(`ALTER SYSTEM SET primary_conninfo = ''`)
      await ask('SELECT pg_reload_conf()')
      while ((await ask('SELECT FROM pg_stat_wal_receiver')).rowCount) await sleep(20)
    },
    promote: async () => void (await ask('SELECT pg_promote()')),
  }
}

export interface Standby {
  behind(): Promise<void>
  promote(): Promise<void>
}

interface Place {
  binDir: string
  folder: string
  owner: User | undefined
  url: string
  stop: () => Promise<void>
}

async function serve({ binDir, folder, owner, url, stop }: Place): Promise<Cluster> {
  const logFile = join(folder, 'log')
  const start = () => startServer(join(binDir, 'postgres'), folder, owner, url)
  let server = await start()
  const end = async (signal: NodeJS.Signals) => {
    const ended = server.exitCode ?? server.signalCode ?? once(server, 'exit')
    server.ref()
    server.kill(signal)
    await ended
  }
  const restarted = async () => void (server = await start())
  return {
    url,
    binDir,
    crash: () => end('SIGQUIT'),
    kill: () => end('SIGKILL'),
    start: restarted,
    restart: () => end('SIGINT').then(restarted),
    pid: () => server.pid!,
    log: () => readFileSync(logFile, 'utf8'),
    stop,
  }
}

const DEFAULTS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  max_wal_size: '4GB',
  log_min_messages: 'warning',
}

async function startServer(postgres: string, folder: string, owner: User | undefined, url: string) {
  const log = openSync(join(folder, 'log'), 'a', 0o600)
  const options = { ...owner, cwd: folder, env: childEnvironment(), detached: true } satisfies SpawnOptions
  const server = spawn(postgres, ['-D', join(folder, 'data')], { ...options, stdio: ['ignore', log, log] })
  server.unref()
  const end = Date.now() + START_LIMIT
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > end) {
      throw new Error(`PostgreSQL did not start: ${readFileSync(join(folder, 'log'), 'utf8').slice(-1000)}`)
    }
    await sleep(30)
  }
  return server
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}
