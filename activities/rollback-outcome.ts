/** What a rollback has done so far, in the run's folder: its last act takes the ledger's record away. */
import { join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import type { RolledBack } from '../model/rollback.ts'

const file = (home: string, run: string) => join(runFolder(run, home), 'rollback-outcome.json')

/** `at`: ISO 8601; absent in those of older versions. */
type Noted = RolledBack & { at?: string }

export function readOutcome(home: string, run: string): RolledBack | undefined {
  const noted = readJson<Noted>(file(home, run))
  if (!noted) return undefined
  const { at: _, ...outcome } = noted
  return outcome
}

/** When the whole run was taken back; undefined where it was not, as far as this host knows. */
export function outcomeTime(home: string, run: string): string | undefined {
  const noted = readJson<Noted>(file(home, run))
  return noted && (noted.at ?? 'a time that was not noted')
}

/** Adds what an attempt has done to what those before it did; the findings of the last one hold. */
export function noteOutcome(home: string, run: string, { undone, rows, ...found }: RolledBack): RolledBack {
  const before = readOutcome(home, run)
  const outcome = { undone: undone + (before?.undone ?? 0), rows: rows + (before?.rows ?? 0), ...found }
  const noted: Noted = { ...outcome, at: new Date().toISOString() }
  writePrivate(file(home, run), JSON.stringify(noted))
  return outcome
}
