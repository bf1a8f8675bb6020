/** Passwords that came in a URL: kept for the worker where that is harmless, refused where it is not. */
import { saveConnection } from '../home/connections.ts'
import { Failure } from '../model/failure.ts'
import { escapeControls } from '../model/name-text.ts'
import { parsePostgresUrl } from '../model/postgres-url.ts'
import { hostLists } from '../sessions/servers.ts'
import type { Surroundings } from './here.ts'

const WAYS =
  "Use the name of a connection (connections.json in the state folder, or LONGHAUL_CONNECTION_NAME), PGPASSFILE, or PGPASSWORD or PGSERVICE in the worker's environment"

/**
 * Keeps the URL under `connection` in the connection store (0600), with a hint. Only for servers on this
 * machine: fails with `usage` for others, since command lines are seen by all users and kept in histories.
 */
export function keepSecret(secret: { connection: string; url: string }, around: Surroundings): void {
  refuseRemotePassword(secret.url)
  saveConnection(secret.connection, secret.url, around.home)
  around.say(
    `The password of ${escapeControls(secret.connection)} is kept in connections.json (0600) in the state folder; your shell's history and the list of processes have seen it. ${WAYS}, and leave it out of the URL.`,
  )
}

/** Fails with `usage` where the server of a URL with a password is another machine. */
export function refuseRemotePassword(url: string): void {
  if (isLoopback(url)) return
  throw new Failure({
    code: 'usage',
    object: '--to',
    message:
      'a password for a server on another host does not belong on a command line, where others can see it',
    remedy: WAYS,
  })
}

/** A host of libpq's parameters goes before the URL's; none at all is a Unix socket of this machine. */
function isLoopback(text: string): boolean {
  const parsed = parsePostgresUrl(text)
  if (!parsed) return false
  const { url, hosts } = parsed
  const named = [url.searchParams.get('hostaddr'), url.searchParams.get('host'), hostLists(hosts).host]
  return named
    .flatMap(list => list?.split(',') ?? [])
    .every(host => /^(|localhost|127(\.\d{1,3}){3}|\[?::1\]?|\/.*)$/i.test(host))
}
