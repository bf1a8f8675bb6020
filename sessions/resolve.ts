/**
 * From an endpoint to everything that a connection needs, as libpq would find it: the URL first, then the
 * service file, then the environment, then defaults.
 */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { connectionUrl } from '../home/connections.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { passwordFromFile } from './passfile.ts'
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
  /** Name or address of the host, or the folder of a Unix socket. */
  host: string
  port: number
  user: string
  database: string
  /** A function, so that nothing that prints this object shows it. */
  password: () => string | undefined
  tls: TlsAttempts
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
  ...['connect_timeout', 'channel_binding'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl', 'sslpassword'],
] as const
type Parameter = (typeof USED)[number]
type Parameters = Partial<Record<Parameter, string>>

/** Parameters of libpq whose meaning here is fixed (keepalives are on, UTF-8, the run's name) or has none. */
const IGNORED =
  /^(keepalives.*|tcp_user_timeout|application_name|fallback_application_name|client_encoding|gssencmode|krbsrvname|sslcompression|sslsni|target_session_attrs|load_balance_hosts)$/

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
  const port = portOf(given.port ?? env.PGPORT ?? '5432')
  const host = given.host ?? env.PGHOST ?? defaultHost(port)
  if (/,/.test(host)) throw wrong('several hosts in one connection are not supported', 'Name the primary')
  const user = given.user ?? env.PGUSER ?? userInfo().username
  const database = given.dbname ?? env.PGDATABASE ?? user
  const options = given.options ?? env.PGOPTIONS
  const seconds = Number(given.connect_timeout ?? env.PGCONNECT_TIMEOUT ?? 15)
  return {
    ...{ host, port, user, database },
    password: () =>
      given.password ??
      env.PGPASSWORD ??
      passwordFromFile({ host, port, user, database }, given.passfile, env),
    tls: host.startsWith('/') ? [false] : tlsAttempts(given, env),
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
  const { url, host } = parse(text)
  const found: Record<string, string> = Object.fromEntries(url.searchParams)
  if (found.ssl === 'true') found.sslmode ??= 'require'
  delete found.ssl
  const set = (name: Parameter, value: string) => {
    if (value) found[name] ??= decodeURIComponent(value)
  }
  set('host', host)
  set('port', url.port)
  set('user', url.username)
  set('password', url.password)
  set('dbname', url.pathname.slice(1))
  return known(found)
}

/** The standard has no URL with a role and no host (`postgresql://ann@/app?host=/tmp`); libpq does. */
function parse(text: string): { url: URL; host: string } {
  const hostless = /^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?]|$)/.exec(text)
  try {
    const url = new URL(hostless ? `${hostless[1]}none${text.slice(hostless[1]!.length)}` : text)
    return { url, host: hostless ? '' : url.hostname.replace(/^\[(.*)\]$/, '$1') }
  } catch {
    throw wrong(
      'the URL of the connection cannot be read',
      'Characters such as @ / # in a password need %-encoding',
    )
  }
}

function known(found: Record<string, string>): Parameters {
  const names = Object.keys(found).filter(name => !IGNORED.test(name))
  const strange = names.filter(name => !USED.includes(name as Parameter))
  if (strange.length) {
    throw wrong(`longhaul does not know the connection parameter ${strange.join(', ')}`, 'Leave it out')
  }
  return Object.fromEntries(names.map(name => [name, found[name]!]))
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  throw wrong('the port is no number from 1 to 65535', 'Correct the port')
}

function channelBinding(text: string): Resolved['channelBinding'] {
  if (text === 'disable' || text === 'prefer' || text === 'require') return text
  throw wrong('channel_binding is none of disable, prefer, require', 'Correct it or leave it out')
}

function defaultHost(port: number): string {
  const folder = ['/var/run/postgresql', '/tmp'].find(folder => existsSync(`${folder}/.s.PGSQL.${port}`))
  return folder ?? 'localhost'
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
