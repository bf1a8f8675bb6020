/** How far a rollback of the whole database is: in the run's folder, as the database with its ledger goes away. */
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import type { PostgresEndpoint } from '../model/endpoint.ts'
import type { RolledBack } from '../model/rollback.ts'
import type { DatabaseFacts } from '../stores/postgres/database.ts'

export interface Remake {
  run: string
  name: string
  target: PostgresEndpoint
  /** `begun`: the new one is being made beside the old one · `proven`: it is whole, and takes its place · `done`. */
  phase: 'begun' | 'proven' | 'done'
  facts: DatabaseFacts
  outcome: RolledBack
}

const file = (home: string, run: string) => join(runFolder(run, home), 'remake.json')

export const readRemake = (home: string, run: string): Remake | undefined => readJson<Remake>(file(home, run))

export function noteRemake(home: string, remake: Remake): Remake {
  writePrivate(file(home, remake.run), JSON.stringify(remake))
  return remake
}

/** The new database until it takes the place of the old one. */
export const beside = (run: string) => `longhaul_remake_${run.replaceAll('-', '')}`
