/** The `ssl*` parameters with libpq's meaning, for Node's TLS. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { Failure } from '../model/failure.ts'

/** What to try, in this order: `false` is a connection without TLS. */
export type TlsAttempts = (false | ConnectionOptions)[]

/** The parameters that this file looks at; each falls back to its environment variable. */
export type SslParameters = Partial<
  Record<'sslmode' | 'sslrootcert' | 'sslcert' | 'sslkey' | 'sslcrl' | 'sslpassword', string>
>

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']

/**
 * Reads mode and certificates. `prefer` (the default) encrypts where the server can; `require` always
 * encrypts, and checks the authority where a root certificate is there; `verify-ca` and `verify-full` need
 * one (`sslrootcert=system`: the authorities that Node knows). Source: PostgreSQL manual, "SSL Support".
 */
export function tlsAttempts(given: SslParameters, env: NodeJS.ProcessEnv): TlsAttempts {
  const root = given.sslrootcert ?? env.PGSSLROOTCERT
  const mode = given.sslmode ?? env.PGSSLMODE ?? (root === 'system' ? 'verify-full' : 'prefer')
  if (!MODES.includes(mode)) throw wrong(`sslmode=${mode} is none of ${MODES.join(', ')}`)
  if (mode === 'disable') return [false]
  const options = { ...clientCertificate(given, env), ...verification(mode, root, env) }
  if (mode === 'allow') return [false, options]
  return mode === 'prefer' ? [options, false] : [options]
}

function verification(mode: string, root: string | undefined, env: NodeJS.ProcessEnv): ConnectionOptions {
  if (root === 'system') {
    if (mode !== 'verify-full') throw wrong(`sslrootcert=system needs sslmode=verify-full, not ${mode}`)
    return {}
  }
  const file = root ?? personal('root.crt', env)
  if (!file) {
    if (mode.startsWith('verify-')) throw wrong(`sslmode=${mode} needs a root certificate`)
    return { rejectUnauthorized: false }
  }
  if (mode === 'allow' || mode === 'prefer') return { rejectUnauthorized: false }
  const ca = read(file)
  return mode === 'verify-full' ? { ca } : { ca, checkServerIdentity: () => undefined }
}

function clientCertificate(given: SslParameters, env: NodeJS.ProcessEnv): ConnectionOptions {
  const cert = given.sslcert ?? env.PGSSLCERT ?? personal('postgresql.crt', env)
  const key = given.sslkey ?? env.PGSSLKEY ?? personal('postgresql.key', env)
  const crl = given.sslcrl ?? env.PGSSLCRL ?? personal('root.crl', env)
  return {
    ...(cert && { cert: read(cert) }),
    ...(cert && key && { key: read(key) }),
    ...(crl && { crl: read(crl) }),
    ...(given.sslpassword && { passphrase: given.sslpassword }),
  }
}

/** A file of `~/.postgresql`, where it is there. */
function personal(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const path = join(env.HOME ?? homedir(), '.postgresql', name)
  return existsSync(path) ? path : undefined
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw wrong(`${path} cannot be read`)
  }
}

function wrong(message: string): Failure {
  return new Failure({
    code: 'target',
    message,
    remedy: 'Correct the ssl parameters of the connection, as in sslmode=verify-full&sslrootcert=FILE',
  })
}
