/** Runs under faults that a seed draws, each with a target and processes of its own, one after the other. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { makeSource } from '../scenarios/source.ts'
import { startPostgres } from '../support/postgres.ts'
import { scratchHome } from '../support/temporal.ts'
import { CANARIES } from './checks.ts'
import { drawRun, type Schedule } from './draw.ts'
import { chaosRun, type RunRecord } from './run.ts'
import { type Tally, tally } from './tally.ts'

export interface ChaosOptions {
  seed: number
  /** Whether to begin run number `run`, `minutes` after the beginning. */
  goesOn: (run: number, minutes: number) => boolean
  /** The schedules of an earlier time, in place of those that the seed gives. */
  replay?: Schedule[]
  /** Hears of each run when it is over. */
  onRun?: (record: RunRecord) => void
}

export interface ChaosRecord {
  seed: number
  tally: Tally
  runs: RunRecord[]
}

export async function chaos({ seed, goesOn, replay, onRun }: ChaosOptions): Promise<ChaosRecord> {
  const postgres = await startPostgres({ own: true, settings: { fsync: 'on' } })
  const files = scratchHome()
  const began = Date.now()
  const runs: RunRecord[] = []
  try {
    const source = join(files.home, 'source.db')
    makeSource(source)
    plantCanaries(source)
    const clean = await chaosRun(postgres, source, 0, { from: 'start', draws: [] })
    onRun?.(clean)
    runs.push(clean)
    for (let run = 1; goesOn(run, (Date.now() - began) / 60_000); run++) {
      const schedule = replay ? replay[run - 1] : drawRun(seed, run)
      if (!schedule) break
      const record = await chaosRun(postgres, source, run, schedule, clean.seconds * 1000)
      onRun?.(record)
      runs.push(record)
    }
    return { seed, tally: tally(runs, clean.seconds), runs }
  } finally {
    await postgres.stop()
    await files.stop()
  }
}

/** In rows that are neither the first nor the last, nor the longest of their column. */
function plantCanaries(source: string): void {
  const db = new Database(source)
  db.prepare('UPDATE parcel SET note = ? WHERE id = 3333').run(CANARIES[0])
  db.prepare('UPDATE leg SET city = ? WHERE parcel = 4500 AND hop = 2').run(CANARIES[1])
  db.close()
}
