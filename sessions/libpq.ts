/**
 * Connections for programs of PostgreSQL (`pg_dump`, `pg_restore`): by their environment, and the password in a file
 * that only its owner can read. Neither their arguments nor their environment, which others may see, hold a secret.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, writePrivate } from '../home/home.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import { type Lookup, type Resolved, resolve } from './resolve.ts'
import type { Server } from './servers.ts'

export interface LibpqAccess {
  env: NodeJS.ProcessEnv
  /** Takes the password's file away: a program has read it once it is connected. */
  forget(): void
}

export interface LibpqOptions extends Lookup {
  /** Shown in pg_stat_activity. */
  application: string
  /** A folder of ours for the password's file, and for no other program at the same time. */
  folder: string
}

/** Everything a program needs to reach the endpoint. Fails with `target` as `resolve` does. */
export function libpqAccess(endpoint: PostgresEndpoint, options: LibpqOptions): LibpqAccess {
  const found = resolve(endpoint, options)
  // Also where there is none: a program of ours does not look for another one by itself.
  const folder = makeFolder(options.folder)
  forgetAll(folder)
  const passfile = join(folder, `passfile-${randomUUID()}`)
  writePrivate(passfile, lines(found.servers, found.password))
  return {
    env: { ...inherited(options.env), ...connection(found, options.application), PGPASSFILE: passfile },
    forget: () => rmSync(passfile, { force: true }),
  }
}

/** A process that was killed before its program was connected has left one. A folder serves one program at a time. */
function forgetAll(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith('passfile-')) rmSync(join(folder, name), { force: true })
}

/** Each server may have its own. Of a Unix socket the programs of each release look for another name. */
function lines(servers: readonly Server[], password: (server: Server) => string | undefined): string {
  const place = ({ host, port }: Server) =>
    servers.length === 1 ? '*:*' : `${host.startsWith('/') ? '*' : escaped(host)}:${port}`
  return servers
    .map(server => ({ server, found: password(server) }))
    .flatMap(({ server, found }) => (found === undefined ? [] : `${place(server)}:*:*:${escaped(found)}\n`))
    .join('')
}

/** Source: PostgreSQL manual, "The Password File". */
const escaped = (text: string) => text.replace(/[\\:]/g, '\\$&')

/** Programs of the system need little of ours; nothing here may hold a password. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'KRB5CCNAME', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

const inherited = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(PASSED_ON.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]]))),
  LC_ALL: 'C',
})

function connection(found: Resolved, application: string): NodeJS.ProcessEnv {
  const { servers, wanted, user, database, connectTimeoutMs, options, channelBinding, ssl } = found
  return {
    PGHOST: servers.map(({ host }) => host).join(','),
    PGPORT: servers.map(({ port }) => port).join(','),
    ...{ PGTARGETSESSIONATTRS: wanted, PGUSER: user, PGDATABASE: database, PGAPPNAME: application },
    ...{ PGCONNECT_TIMEOUT: String(Math.ceil(connectTimeoutMs / 1000)), PGCHANNELBINDING: channelBinding },
    ...{ PGGSSENCMODE: 'disable', PGCLIENTENCODING: 'UTF8' },
    ...(options !== undefined && { PGOPTIONS: options }),
    ...Object.fromEntries(Object.entries(ssl).map(([name, value]) => [`PG${name.toUpperCase()}`, value])),
  }
}
