/** `.pgpass`: passwords by host, port, database and role, as libpq reads them. */
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../model/failure.ts'

export interface Account {
  host: string
  port: number
  database: string
  user: string
}

/**
 * The password of the first line that fits; undefined where none does or there is no file. A file that
 * others can read fails with `target`: libpq would ignore it, and the user would wonder.
 */
export function passwordFromFile(
  account: Account,
  path: string | undefined,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const file = path ?? env.PGPASSFILE ?? join(env.HOME ?? homedir(), '.pgpass')
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) return undefined
  if (stat.mode & 0o077) throw readableByOthers(file)
  const host = account.host.startsWith('/') ? 'localhost' : account.host
  const wanted = [host, String(account.port), account.database, account.user]
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map(fields)
    .find(line => fits(line, wanted))?.[4]
}

function readableByOthers(file: string): Failure {
  return new Failure({
    code: 'target',
    object: `password file ${file}`,
    message: 'others can read it, so it is not used',
    remedy: `Run chmod 600 ${file}`,
  })
}

/** Splits at `:`; a backslash takes the next character as it is. */
function fields(line: string): string[] {
  if (line.startsWith('#')) return []
  const result = ['']
  for (const [, escaped, plain] of line.matchAll(/\\(.)|([^\\])/g)) {
    // What follows the fourth colon is the password; a colon in it needs no backslash.
    if (plain === ':' && result.length < 5) result.push('')
    else result[result.length - 1] += escaped ?? plain ?? ''
  }
  return result
}

function fits(line: string[], wanted: string[]): boolean {
  return line.length === 5 && wanted.every((field, i) => line[i] === '*' || line[i] === field)
}
