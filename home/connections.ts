/**
 * The connection store: `connections.json` (0600) under `LONGHAUL_HOME` maps a name to a URL with its
 * password. Inputs of workflows carry the name; only workers and commands on this host see the URL.
 */
import { join } from 'node:path'
import { Failure } from '../model/failure.ts'
import { readJson, writePrivate } from './home.ts'
import { tryLock } from './lock.ts'

type Connections = Record<string, string>

const file = (home: string) => join(home, 'connections.json')

/**
 * The URL behind a connection name: `LONGHAUL_CONNECTION_<NAME>` (upper case, other characters `_`) from
 * the environment, else the store. Undefined where neither knows it.
 */
export function connectionUrl(name: string, home: string, env: NodeJS.ProcessEnv): string | undefined {
  const variable = `LONGHAUL_CONNECTION_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
  return env[variable] ?? readJson<Connections>(file(home))?.[name]
}

/** Keeps a URL under a name, so that workers of this home can use it. */
export function saveConnection(name: string, url: string, home: string): void {
  if (known(home)[name] !== url) change(home, connections => ({ ...connections, [name]: url }))
}

/** Takes a URL out of the store; does nothing where it is not there. */
export function forgetConnection(name: string, home: string): void {
  if (name in known(home)) change(home, ({ [name]: _, ...others }) => others)
}

const known = (home: string): Connections => readJson<Connections>(file(home)) ?? {}

/** Two commands at once would each write what they had read, and one connection would be lost. */
function change(home: string, to: (connections: Connections) => Connections): void {
  const unlock = tryLock(join(home, 'connections.lock'), LOCK_PATIENCE)
  if (!unlock) throw busy(home)
  try {
    writePrivate(file(home), `${JSON.stringify(to(known(home)), null, 2)}\n`)
  } finally {
    unlock()
  }
}

const LOCK_PATIENCE = 10_000

const busy = (home: string) =>
  new Failure({
    code: 'internal',
    object: file(home),
    message: 'another longhaul has it locked and does not let go',
    remedy: 'End that process, then try again',
  })
