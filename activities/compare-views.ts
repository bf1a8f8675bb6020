/** The validate step for views, when the tables that they read were compared. */
import type { RunPlace, ViewsCompared } from '../model/payloads.ts'
import { differencesOfViews } from '../model/view-results.ts'
import { needSnapshot, writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { runTargetJob } from './watch.ts'

/** For one view on one engine, and for all of them together. */
const SECONDS = 30
const ALL_SECONDS = 600

/** Compares every view that the run made, and keeps the results for the report. */
export async function compareViews(
  { home, log }: Work,
  { place }: { place: RunPlace },
): Promise<ViewsCompared> {
  const results = await runTargetJob(home, place, 'compareViews', {
    ...{ home, place, snapshot: needSnapshot(home, place.run) },
    ...{ seconds: SECONDS, allSeconds: ALL_SECONDS },
  })
  for (const { name, verdict, sourceRows, targetRows } of results)
    log.info({ view: name, verdict, sourceRows, targetRows }, 'compared')
  writeArtifact(home, place.run, 'views', results)
  return differencesOfViews(results)
}
