/** A database that is being made anew has no ledger to ask: what is known of it lies in the state folder. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../home/home.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'

interface Remake {
  run: string
  name: string
  target: PostgresEndpoint
  phase: string
}

/** The run whose rollback of the whole database was begun in this home and has not ended. */
export function beganRemake(
  home: string,
  target: PostgresEndpoint,
  id: string,
): { run: string; name: string } | undefined {
  for (const folder of folders(join(home, 'runs'))) {
    const found = readJson<Remake>(join(home, 'runs', folder, 'remake.json'))
    if (!found || found.phase === 'done' || found.target.connection !== target.connection) continue
    if (found.name === id || found.run.startsWith(id)) return { run: found.run, name: found.name }
  }
  return undefined
}

function folders(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
