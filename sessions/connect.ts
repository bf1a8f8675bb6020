/** Sessions on the target: opened in one way, with the same settings whatever server, database or role set. */
import pg from 'pg'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { cutWhenUnwanted, hangUp, within } from './black-hole.ts'
import { isServerError, toFailure } from './errors.ts'
import { type Lookup, type Resolved, resolve } from './resolve.ts'
import { isSslRefused } from './socket-errors.ts'
import type { TlsAttempts } from './tls.ts'

export interface ConnectOptions extends Lookup {
  /** Shown in pg_stat_activity: `longhaul <run>`. */
  application: string
}

/**
 * A session that is ready for work. Fails with `target` (wrong password, role, database, host, TLS) or
 * `unavailable` (nothing listens, starting, stopping, too many connections, no answer in time). A session that
 * the server ends while idle does not end the process; the next query on it fails.
 */
export async function connect(endpoint: PostgresEndpoint, options: ConnectOptions): Promise<pg.Client> {
  const found = resolve(endpoint, options)
  const what = { object: showServer(found), doing: 'connect' }
  const attempts = inOrder(found)
  for (const [i, tls] of attempts.entries()) {
    try {
      return await open(found, tls, options.application)
    } catch (error) {
      if (isSslRefused(error)) withoutTls.set(nameOf(found), Date.now() + REMEMBERED_MS)
      const last = i === attempts.length - 1
      if (last || !mayFallBack(error, tls)) throw toFailure(error, what)
    }
  }
  throw new Failure({ code: 'internal', ...what, message: 'there was nothing to try' })
}

/** Until when a server is taken at its word that it has no TLS: each question costs a connection of its own. */
const withoutTls = new Map<string, number>()
const REMEMBERED_MS = 60_000
const nameOf = ({ host, port }: Resolved) => `${host}:${port}`

/** Where either way will do, the one that the server has taken lately goes first. */
function inOrder(found: Resolved): TlsAttempts {
  const isPlain = (withoutTls.get(nameOf(found)) ?? 0) > Date.now()
  return isPlain && found.tls.includes(false) ? [false, ...found.tls.filter(Boolean)] : found.tls
}

/** Server and database in words that hold no secret. */
function showServer({ host, port, database, user }: Resolved): string {
  return `database ${database} on ${host}:${port} as ${user}`
}

/** `prefer` goes on without TLS where the server has none; both modes where pg_hba.conf wants the other way. */
function mayFallBack(error: unknown, tls: TlsAttempts[number]): boolean {
  return (tls !== false && isSslRefused(error)) || (isServerError(error) && error.code === '28000')
}

async function open(found: Resolved, tls: TlsAttempts[number], application: string): Promise<pg.Client> {
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
    application_name: application,
    ...(found.options && { options: found.options }),
  } as pg.ClientConfig)
  client.on('error', () => {})
  cutWhenUnwanted(client)
  watchLogin(client, login)
  try {
    await client.connect()
    if (!login.bound) throw unbound()
    await within(client, found.connectTimeoutMs, () => settle(client))
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

function passwordFor(found: Resolved, bound: boolean): string {
  if (!bound) throw unbound()
  const password = found.password()
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

async function settle(client: pg.Client): Promise<void> {
  await client.query(
    `SELECT pg_catalog.set_config(name, value, false)
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s(name, value)
      WHERE pg_catalog.current_setting(name, true) IS NOT NULL
      UNION ALL
     SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
      WHERE pg_catalog.current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`,
    [Object.keys(SETTINGS), Object.values(SETTINGS)],
  )
}
