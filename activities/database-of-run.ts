/** In which database a run writes: in its folder too, as a database that is dropped takes its ledger along. */
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'

const file = (home: string, run: string) => join(runFolder(run, home), 'database.json')

/** `database` as `databaseId` gives it. */
export function noteDatabase(home: string, run: string, database: string): void {
  writePrivate(file(home, run), JSON.stringify({ database }))
}

/** Undefined for runs of other hosts, and of versions that noted none. */
export const databaseOfRun = (home: string, run: string): string | undefined =>
  readJson<{ database: string }>(file(home, run))?.database
