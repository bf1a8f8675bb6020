/** One lane's share of the copying from PostgreSQL to PostgreSQL. */
import type { PostgresSource } from '../../model/endpoint.ts'
import { readArtifact } from '../artifacts.ts'
import { BUDGET_MS, type Copied, type CopyInput, toldOf } from '../copy-chunks.ts'
import type { Work } from '../edge.ts'
import { runTargetJob } from '../watch.ts'

/** Fails with `paused` where the run is held from the start. */
export async function copyChunks({ home, log }: Work, input: CopyInput): Promise<Copied> {
  const source = sourceOf(home, input.place.run)
  const lane = { ...input, home, source, budgetMs: BUDGET_MS }
  return toldOf(log, await runTargetJob(home, input.place, 'carryLane', lane))
}

/** The source of a run's plan. */
export const sourceOf = (home: string, run: string): PostgresSource =>
  readArtifact(home, run, 'plan').what.source as PostgresSource
