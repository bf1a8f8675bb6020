/** Sessions on the target: opened in one way, with the same settings whatever server, database or role set. */
import pg from 'pg'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { cutWhenUnwanted, hangUp, within } from './black-hole.ts'
import { isServerError, toFailure } from './errors.ts'
import { speakToPool } from './pooled.ts'
import { type Lookup, type Resolved, resolve } from './resolve.ts'
import { type Server, type Stance, unfit } from './servers.ts'
import { isSslRefused } from './socket-errors.ts'
import type { TlsAttempts } from './tls.ts'

export interface ConnectOptions extends Lookup {
  /** Shown in pg_stat_activity: `longhaul <run>`. */
  application: string
  /** Fails where this server will not do, so that the next one is tried. */
  accepts?: (client: pg.Client) => Promise<void>
}

/**
 * A session that is ready for work, on the first server that will do. Fails with `target` (wrong password, role,
 * database, host, TLS) or `unavailable` (nothing listens, starting, stopping, too many connections, no answer in time,
 * only servers of the other kind). A session that the server ends while idle does not end the process; the next query
 * on it fails.
 */
export async function connect(endpoint: PostgresEndpoint, options: ConnectOptions): Promise<pg.Client> {
  const found = resolve(endpoint, options)
  const refused: Failure[] = []
  for (const wanted of found.wanted === 'prefer-standby' ? (['standby', 'any'] as const) : [found.wanted])
    for (const server of found.servers)
      try {
        return await connectTo({ ...found, ...server, wanted }, options)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        refused.push(error)
        // As libpq does: who is told that the password is wrong does not try it elsewhere.
        if (error.code === 'target') throw error
      }
  throw refused.length === 1 ? refused[0]! : noneOf(found, refused)
}

/** One of the servers, and what it has to be. */
type Chosen = Resolved & Server

async function connectTo(found: Chosen, { application, accepts }: ConnectOptions): Promise<pg.Client> {
  const what = { object: showServer(found), doing: 'connect' }
  const attempts = inOrder(found)
  for (const [i, tls] of attempts.entries()) {
    try {
      const client = await open(found, tls, application)
      await accepts?.(client).catch(error => {
        void hangUp(client)
        throw error
      })
      return client
    } catch (error) {
      if (isSslRefused(error)) withoutTls.set(nameOf(found), Date.now() + REMEMBERED_MS)
      const last = i === attempts.length - 1
      if (last || !mayFallBack(error, tls)) throw toFailure(error, what)
    }
  }
  throw new Failure({ code: 'internal', ...what, message: 'there was nothing to try' })
}

function noneOf({ database, servers, wanted }: Resolved, refused: readonly Failure[]): Failure {
  const said = new Set(refused.map(({ facts }) => `${facts.object}: ${facts.message}`))
  return new Failure({
    code: refused.some(({ code }) => code === 'busy') ? 'busy' : 'unavailable',
    object: `database ${database}`,
    message: `none of ${servers.length} servers will do${wanted === 'any' ? '' : ` (${wanted})`}: ${[...said].join('; ')}`,
    remedy: 'Check which of them is the primary, and that it runs; the run can go on once it answers',
  })
}

/** Until when a server is taken at its word that it has no TLS: each question costs a connection of its own. */
const withoutTls = new Map<string, number>()
const REMEMBERED_MS = 60_000
const nameOf = ({ host, port }: Server) => `${host}:${port}`

/** Where either way will do, the one that the server has taken lately goes first. */
function inOrder(found: Chosen): TlsAttempts {
  const isPlain = (withoutTls.get(nameOf(found)) ?? 0) > Date.now()
  const attempts = found.tls(found)
  return isPlain && attempts.includes(false) ? [false, ...attempts.filter(Boolean)] : attempts
}

/** Server and database in words that hold no secret. */
function showServer({ host, port, database, user }: Chosen): string {
  return `database ${database} on ${host}:${port} as ${user}`
}

/** `prefer` goes on without TLS where the server has none; both modes where pg_hba.conf wants the other way. */
function mayFallBack(error: unknown, tls: TlsAttempts[number]): boolean {
  return (tls !== false && isSslRefused(error)) || (isServerError(error) && error.code === '28000')
}

async function open(found: Chosen, tls: TlsAttempts[number], application: string): Promise<pg.Client> {
  const { host, port, user, database, channelBinding } = found
  const login = { bound: channelBinding !== 'require' }
  const client = new pg.Client({
    ...{ host, port, user, database },
    password: () => passwordFor(found, login.bound),
    ssl: tls,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: found.connectTimeoutMs,
    enableChannelBinding: tls !== false && channelBinding !== 'disable',
    application_name: NAME,
    ...(found.options && { options: found.options }),
  } as pg.ClientConfig)
  client.on('error', () => {})
  cutWhenUnwanted(client)
  watchLogin(client, login)
  try {
    await client.connect()
    if (!login.bound) throw unbound()
    await within(client, found.connectTimeoutMs, () => settle(client, found, application))
  } catch (error) {
    void hangUp(client)
    throw error
  }
  return client
}

function watchLogin(client: pg.Client, login: { bound: boolean }): void {
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: string[] }) => {
    login.bound ||= mechanisms.includes('SCRAM-SHA-256-PLUS')
  })
}

function passwordFor(found: Chosen, bound: boolean): string {
  if (!bound) throw unbound()
  const password = found.password(found)
  if (password) return password
  throw new Failure({
    code: 'target',
    object: showServer(found),
    message: 'the server asks for a password and none is known',
    remedy: 'Give it in PGPASSWORD, PGPASSFILE (~/.pgpass), a service or the connection store',
  })
}

function unbound(): Failure {
  return new Failure({
    code: 'target',
    message: 'the server does not offer the channel binding that the connection requires',
    remedy: 'Use sslmode=verify-full with channel_binding=prefer, or enable SCRAM and TLS on the server',
  })
}

/**
 * What a session must be like whatever was configured. `synchronous_commit` is only ever raised: a commit
 * that was acknowledged must be there after a crash (2 of 3 were gone with it off). `row_security` off makes
 * a filtered read fail in place of returning fewer rows. Settings that a server does not have are left out.
 */
const SETTINGS: Record<string, string> = {
  search_path: 'pg_catalog',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  synchronous_commit: 'on',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  default_transaction_isolation: 'read committed',
  row_security: 'off',
  client_min_messages: 'warning',
  // The server's side of a connection that leads nowhere ends within a minute; by default after two hours.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '60000',
}

/** Until it has its own. A pool lets go of a session under the name that it came with, which others then bear. */
const NAME = 'longhaul'

/** By which the ledger's statements know. */
const POOLED = ['longhaul.pooled', 'on'] as const

/** Those of a connection, and of the time between two transactions: of no use in one transaction alone. */
const OF_CONNECTION = /^tcp_|^idle_session|^default_transaction/

/**
 * A pool has a number of its own for the session, in place of that of the server's process: then nothing is set for
 * longer than this statement, and each transaction says it again.
 */
async function settle(client: pg.Client, found: Chosen, application: string): Promise<void> {
  const { processID } = client as unknown as { processID: number | null }
  const { rows } = await client.query<Settled>(
    `SELECT name, pg_catalog.set_config(name, value, pid <> $3) AS value, pid <> $3 AS pooled,
            pg_catalog.pg_is_in_recovery() AS recovering, was = 'on' AS "readOnly"
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s(name, value),
            pg_catalog.pg_backend_pid() AS pid, pg_catalog.current_setting('transaction_read_only') AS was
      WHERE CASE WHEN name = 'synchronous_commit'
                 THEN pg_catalog.current_setting(name) NOT IN ('on', 'remote_apply')
                      OR pg_catalog.current_setting(name) = 'on' AND pid <> $3
                 ELSE pg_catalog.current_setting(name, true) IS NOT NULL END`,
    [[...Object.keys(SETTINGS), 'application_name'], [...Object.values(SETTINGS), application], processID],
  )
  const why = unfit(rows[0]!, found.wanted)
  if (why !== undefined) throw new Failure({ code: 'unavailable', object: showServer(found), message: why })
  if (!rows[0]!.pooled) return
  const settings = rows.filter(({ name }) => !OF_CONNECTION.test(name))
  speakToPool(client, new Map([...settings.map(({ name, value }) => [name, value] as const), POOLED]))
}

interface Settled extends Stance {
  name: string
  value: string
  pooled: boolean
}
