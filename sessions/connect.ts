/** Sessions on the target: opened in one way, with the same settings whatever server, database or role set. */
import pg from 'pg'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { cutWhenUnwanted, hangUp, within } from './black-hole.ts'
import { isServerError, toFailure } from './errors.ts'
import { type Lookup, type Resolved, resolve } from './resolve.ts'
import { type Server, unfit } from './servers.ts'
import { settle } from './settle.ts'
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
    application_name: application,
    ...(found.options && { options: found.options }),
  } as pg.ClientConfig)
  client.on('error', () => {})
  cutWhenUnwanted(client)
  watchLogin(client, login)
  try {
    await client.connect()
    if (!login.bound) throw unbound()
    await within(client, found.connectTimeoutMs, () => ready(client, found, application))
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

async function ready(client: pg.Client, found: Chosen, application: string): Promise<void> {
  const why = unfit(await settle(client, application), found.wanted)
  if (why !== undefined) throw new Failure({ code: 'unavailable', object: showServer(found), message: why })
}
