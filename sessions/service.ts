/** `pg_service.conf`: named sets of connection parameters, as libpq reads them. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../model/failure.ts'

/**
 * The parameters of a service: from PGSERVICEFILE or `~/.pg_service.conf`, else from `pg_service.conf` in
 * PGSYSCONFDIR (or Debian's and the default folder). An unknown service fails with `target`.
 */
export function serviceParameters(name: string, env: NodeJS.ProcessEnv): Record<string, string> {
  for (const path of candidates(env)) {
    const found = existsSync(path) ? section(readFileSync(path, 'utf8'), name) : undefined
    if (found) return found
  }
  throw new Failure({
    code: 'target',
    object: `service ${name}`,
    message: 'no service file has this service',
    remedy: 'Add it to ~/.pg_service.conf, or point PGSERVICEFILE to the file that has it',
  })
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const user = env.PGSERVICEFILE ?? join(env.HOME ?? homedir(), '.pg_service.conf')
  const folders = env.PGSYSCONFDIR ? [env.PGSYSCONFDIR] : ['/etc/postgresql-common', '/etc']
  return [user, ...folders.map(folder => join(folder, 'pg_service.conf'))]
}

function section(text: string, name: string): Record<string, string> | undefined {
  let inside = false
  let found: Record<string, string> | undefined
  for (const line of text.split(/\r?\n/).map(line => line.trim())) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (found) return found
      inside = line === `[${name}]`
      if (inside) found = {}
    } else if (inside && found) {
      const at = line.indexOf('=')
      if (at > 0) found[line.slice(0, at).trim()] = line.slice(at + 1).trim()
    }
  }
  return found
}
