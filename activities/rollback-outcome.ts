/** What a rollback has done so far, in the run's folder: its last act takes the ledger's record away. */
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import type { RolledBack } from '../model/rollback.ts'

const file = (home: string, run: string) => join(runFolder(run, home), 'rollback-outcome.json')

export const readOutcome = (home: string, run: string): RolledBack | undefined =>
  readJson<RolledBack>(file(home, run))

/** Adds what an attempt has done to what those before it did; the findings of the last one hold. */
export function noteOutcome(home: string, run: string, { undone, rows, ...found }: RolledBack): RolledBack {
  const before = readOutcome(home, run)
  const outcome = { undone: undone + (before?.undone ?? 0), rows: rows + (before?.rows ?? 0), ...found }
  writePrivate(file(home, run), JSON.stringify(outcome))
  return outcome
}
