/** What goes wrong below PostgreSQL: names, sockets, TLS, and what the driver says about a lost connection. */
import type { FailureCode } from '../model/failure.ts'

export interface Reason {
  code: FailureCode
  text: string
  remedy: string
}

const AGAIN = 'Check that the server runs and that host and port are right; the run can go on once it answers'

const BY_CODE: Record<string, Reason> = {
  ECONNREFUSED: { code: 'unavailable', text: 'nothing listens there (connection refused)', remedy: AGAIN },
  ENOENT: { code: 'unavailable', text: 'there is no socket of a server in that folder', remedy: AGAIN },
  ECONNRESET: { code: 'unavailable', text: 'the connection was cut', remedy: AGAIN },
  EPIPE: { code: 'unavailable', text: 'the connection was cut', remedy: AGAIN },
  ECONNABORTED: { code: 'unavailable', text: 'the connection was cut', remedy: AGAIN },
  ETIMEDOUT: { code: 'unavailable', text: 'the server did not answer in time', remedy: AGAIN },
  EHOSTUNREACH: { code: 'unavailable', text: 'the host cannot be reached', remedy: AGAIN },
  ENETUNREACH: { code: 'unavailable', text: 'the network cannot be reached', remedy: AGAIN },
  EAI_AGAIN: { code: 'unavailable', text: 'the name service does not answer', remedy: AGAIN },
  // Also what a name service says that is away for a moment: no reason to end a run of days.
  ENOTFOUND: { code: 'unavailable', text: 'no such host', remedy: 'Correct the name of the host' },
  EACCES: {
    code: 'target',
    text: 'no permission to use the socket',
    remedy: 'Use another account, or host=localhost',
  },
}

/** Texts of `pg` 8 for a connection that ended, or a time that ran out, without a code of its own. */
const CUT =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|This socket has been ended)/
const TIMEOUT = /^(timeout expired|timeout exceeded|Connection terminated due to connection timeout)/

/** Names of OpenSSL and Node for a certificate that does not convince. */
const CERTIFICATE =
  /^(ERR_TLS_CERT|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|ERR_SSL|EPROTO)/

/** The reason in words; undefined for errors of other origin. */
export function socketReason(error: unknown): Reason | undefined {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  if (code && Object.hasOwn(BY_CODE, code)) return BY_CODE[code]
  if (TIMEOUT.test(error.message)) return BY_CODE.ETIMEDOUT
  if (CUT.test(error.message)) return BY_CODE.ECONNRESET
  if (code && CERTIFICATE.test(code)) {
    return {
      code: 'target',
      text: `the TLS connection was refused (${code})`,
      remedy: 'Name the right authority with sslrootcert=FILE (or system), or another sslmode',
    }
  }
  if (isSslRefused(error)) {
    return {
      code: 'target',
      text: 'the server speaks no TLS',
      remedy: 'Enable ssl on the server, or choose another sslmode',
    }
  }
  return undefined
}

/** The server answered that it speaks no TLS. */
export function isSslRefused(error: unknown): boolean {
  return error instanceof Error && /does not support SSL|establishing an SSL connection/.test(error.message)
}

function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code
  // A host with several addresses fails with one error for each of them.
  return error instanceof AggregateError ? error.errors.map(codeOf).find(Boolean) : undefined
}
