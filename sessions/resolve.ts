/**
 * From an endpoint to everything that a connection needs, as libpq would find it: the URL first, then the
 * service file, then the environment, then defaults.
 */
import { userInfo } from 'node:os'
import { connectionUrl } from '../home/connections.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { parsePostgresUrl } from '../model/postgres-url.ts'
import { passwordFromFile } from './passfile.ts'
import { hostLists, type Server, serversOf, type Wanted, wantedOf } from './servers.ts'
import { serviceParameters } from './service.ts'
import { type TlsAttempts, tlsAttempts } from './tls.ts'

/** Where connections and secrets are looked up. */
export interface Lookup {
  /** The state folder that has the connection store. */
  home: string
  env: NodeJS.ProcessEnv
  /** A URL that goes before what the store knows under the endpoint's name. */
  url?: string
  /** Another database of the same server, with the same role and password. */
  database?: string
}

export interface Resolved {
  /** In the order in which they are tried. */
  servers: Server[]
  /** Which of them will do. */
  wanted: Wanted
  user: string
  database: string
  /** For one of the servers. A function, so that nothing that prints this object shows it. */
  password: (server: Server) => string | undefined
  tls: (server: Server) => TlsAttempts
  connectTimeoutMs: number
  options?: string
  /** `require`: only a login that proves that no one sits between (SCRAM with channel binding). */
  channelBinding: 'disable' | 'prefer' | 'require'
  /** What was said of TLS, for programs that read it themselves; the passphrase of a key is left out. */
  ssl: Partial<Record<SslName, string>>
}

const SSL = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl'] as const
type SslName = (typeof SSL)[number]

const USED = [
  ...['host', 'port', 'user', 'dbname', 'password', 'passfile', 'service', 'options'],
  ...['connect_timeout', 'channel_binding', 'target_session_attrs'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl', 'sslpassword'],
] as const
type Parameter = (typeof USED)[number]
type Parameters = Partial<Record<Parameter, string>>

/** Parameters of libpq whose meaning here is fixed (keepalives are on, UTF-8, the run's name) or has none. */
const IGNORED =
  /^(keepalives.*|tcp_user_timeout|application_name|fallback_application_name|client_encoding|gssencmode|krbsrvname|sslcompression|sslsni|load_balance_hosts)$/

/** Everything to connect with. Fails with `target`: an unknown connection name, service or parameter. */
export function resolve(endpoint: PostgresEndpoint, { home, env, url: given, database }: Lookup): Resolved {
  const url = given ?? connectionUrl(endpoint.connection, home, env) ?? endpoint.connection
  if (!/^postgres(ql)?:/.test(url)) throw unknownConnection(endpoint.connection)
  const fromUrl = parameters(url)
  const service = fromUrl.service ?? env.PGSERVICE
  const found = resolved({ ...(service ? known(serviceParameters(service, env)) : {}), ...fromUrl }, env)
  return database === undefined ? found : { ...found, database }
}

function resolved(given: Parameters, env: NodeJS.ProcessEnv): Resolved {
  const servers = serversOf(given.host ?? env.PGHOST, given.port ?? env.PGPORT)
  const user = given.user ?? env.PGUSER ?? userInfo().username
  const database = given.dbname ?? env.PGDATABASE ?? user
  const options = given.options ?? env.PGOPTIONS
  const seconds = Number(given.connect_timeout ?? env.PGCONNECT_TIMEOUT ?? 15)
  return {
    ...{ servers, user, database },
    wanted: wantedOf(given.target_session_attrs ?? env.PGTARGETSESSIONATTRS),
    password: server =>
      given.password ??
      env.PGPASSWORD ??
      passwordFromFile({ ...server, user, database }, given.passfile, env),
    tls: ({ host }) => (host.startsWith('/') ? [false] : tlsAttempts(given, env)),
    connectTimeoutMs: seconds > 0 ? seconds * 1000 : 0,
    ...(options && { options }),
    ssl: Object.fromEntries(
      SSL.flatMap(name => {
        const value = given[name] ?? env[`PG${name.toUpperCase()}`]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    channelBinding: channelBinding(given.channel_binding ?? env.PGCHANNELBINDING ?? 'prefer'),
  }
}

function parameters(text: string): Parameters {
  const parsed = parsePostgresUrl(text)
  if (!parsed)
    throw wrong(
      'the URL of the connection cannot be read',
      'Characters such as @ / # in a password need %-encoding',
    )
  const { url, hosts } = parsed
  const found: Record<string, string> = Object.fromEntries(url.searchParams)
  if (found.ssl === 'true') found.sslmode ??= 'require'
  delete found.ssl
  const set = (name: Parameter, value: string) => {
    if (value) found[name] ??= value
  }
  const { host, port } = hostLists(hosts)
  set('host', host)
  set('port', port)
  set('user', decodeURIComponent(url.username))
  set('password', decodeURIComponent(url.password))
  set('dbname', decodeURIComponent(url.pathname.slice(1)))
  return known(found)
}

function known(found: Record<string, string>): Parameters {
  const names = Object.keys(found).filter(name => !IGNORED.test(name))
  const strange = names.filter(name => !USED.includes(name as Parameter))
  if (strange.length) {
    throw wrong(`longhaul does not know the connection parameter ${strange.join(', ')}`, 'Leave it out')
  }
  return Object.fromEntries(names.map(name => [name, found[name]!]))
}

function channelBinding(text: string): Resolved['channelBinding'] {
  if (text === 'disable' || text === 'prefer' || text === 'require') return text
  throw wrong('channel_binding is none of disable, prefer, require', 'Correct it or leave it out')
}

function unknownConnection(name: string): Failure {
  return new Failure({
    code: 'target',
    object: `connection ${name}`,
    message: 'this worker knows no connection of that name',
    remedy: `Set LONGHAUL_CONNECTION_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')} to its URL`,
  })
}

function wrong(message: string, remedy: string): Failure {
  return new Failure({ code: 'target', message, remedy })
}
