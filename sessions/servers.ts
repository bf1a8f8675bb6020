/** The servers that a connection names, and which of them will do; by libpq's rules for several hosts. */
import { existsSync } from 'node:fs'
import { Failure } from '../model/failure.ts'

export interface Server {
  /** Name or address of the host, or the folder of a Unix socket. */
  host: string
  port: number
}

const WANTED = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const
export type Wanted = (typeof WANTED)[number]

/**
 * One port for all hosts, or as many as hosts; an empty item is the default. Fails with `target` for lists that do not
 * fit. Source: PostgreSQL manual, "Specifying Multiple Hosts".
 */
export function serversOf(hosts = '', ports = ''): Server[] {
  const names = hosts.split(',')
  const numbers = ports.split(',')
  if (numbers.length > 1 && numbers.length !== names.length)
    throw wrong(
      `${names.length} host(s) and ${numbers.length} ports are named`,
      'Give one port for all hosts, or one for each',
    )
  return names.map((host, i) => {
    const port = portOf(numbers[numbers.length > 1 ? i : 0] || '5432')
    return { host: host || defaultHost(port), port }
  })
}

/** Hosts and ports of a URL's middle part (`h1:5432,[::1],h3`), as lists of libpq's parameters. */
export function hostLists(authority: string): { host: string; port: string } {
  const parts = authority
    .split(',')
    .map(part => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(part) ?? ['', part, ''])
  const ports = parts.map(([, , port]) => port ?? '')
  return {
    host: parts.map(([, host]) => decodeURIComponent(host!.replace(/^\[(.*)\]$/, '$1'))).join(','),
    port: ports.some(Boolean) ? ports.join(',') : '',
  }
}

export function wantedOf(text = 'any'): Wanted {
  const wanted = WANTED.find(name => name === text)
  if (wanted) return wanted
  throw wrong(`target_session_attrs is none of ${WANTED.join(', ')}`, 'Correct it or leave it out')
}

/** What a server says of itself. */
export interface Stance {
  recovering: boolean
  readOnly: boolean
}

/** Why a server will not do, in words; undefined where it does. */
export function unfit({ recovering, readOnly }: Stance, wanted: Wanted): string | undefined {
  if (wanted === 'read-write' && (recovering || readOnly))
    return recovering
      ? 'is a standby, which takes no writes'
      : 'takes no writes (default_transaction_read_only)'
  if (wanted === 'read-only' && !recovering && !readOnly)
    return 'takes writes, and one that does not is wanted'
  if (wanted === 'primary' && recovering) return 'is a standby'
  if ((wanted === 'standby' || wanted === 'prefer-standby') && !recovering) return 'is no standby'
  return undefined
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65536) return port
  throw wrong('the port is no number from 1 to 65535', 'Correct the port')
}

function defaultHost(port: number): string {
  const folder = ['/var/run/postgresql', '/tmp'].find(folder => existsSync(`${folder}/.s.PGSQL.${port}`))
  return folder ?? 'localhost'
}

const wrong = (message: string, remedy: string) => new Failure({ code: 'target', message, remedy })
