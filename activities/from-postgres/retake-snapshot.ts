/**
 * A new snapshot in the place of a lost one. It is taken as a run is opened again and nowhere else: sessions that had imported the lost one
 * still see it, and by then those of earlier attempts can write no more. What was read under the lost one is stale until the direction has
 * compared it (`compared`), however often that is begun.
 */
import type { PostgresSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { BUSY_SECONDS } from '../../model/plan-request.ts'
import { readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { databaseId, withSession } from '../session.ts'
import { generationOf } from './holder.ts'
import { withSource } from './session.ts'
import { startHolders } from './start-holders.ts'

/** Whether what was read before is stale: the snapshot is lost, or was, and nobody has compared it to the end. */
export async function isStale({ home }: Work, run: string, source: PostgresSource): Promise<boolean> {
  return readArtifact(home, run, 'snapshot-notes').stale === true || isLost(home, run, source)
}

async function isLost(home: string, run: string, source: PostgresSource): Promise<boolean> {
  try {
    await withSource(home, run, source, async () => {})
    return false
  } catch (error) {
    if (error instanceof Failure && error.code === 'snapshot-lost') return true
    throw error
  }
}

/** Takes a new snapshot where the last one is lost. Fails with `source` where the database is another one. */
export async function retakeSnapshot(
  { home, log }: Work,
  run: string,
  source: PostgresSource,
): Promise<void> {
  if (!(await isLost(home, run, source))) return
  const notes = readArtifact(home, run, 'snapshot-notes')
  const found = await withSession(home, source, run, databaseId)
  if (found !== notes.fingerprint) throw another(source)
  const at = new Date().toISOString()
  const retaken = [...(notes.retaken ?? []), { at, reason: REASON }]
  // First of all: whoever finds the new one knows that it is one.
  writeArtifact(home, run, 'snapshot-notes', { ...notes, retaken, stale: true, takenAt: at })
  await startHolders({ home, run, source, patienceMs: BUSY_SECONDS * 1000 }, generationOf(home, run) + 1)
  log.info({ taken: retaken.length + 1 }, 'snapshot taken anew')
}

const REASON = 'the processes that held it were gone, or their server was restarted'

/** All that was read under lost snapshots has been compared with this one; `outcome` says it in words for the report. */
export function compared({ home }: Work, run: string, outcome: string): void {
  const { stale: _, ...notes } = readArtifact(home, run, 'snapshot-notes')
  const how = `exported snapshot, taken anew as ${REASON}: ${outcome}`
  writeArtifact(home, run, 'snapshot-notes', { ...notes, how })
}

const another = ({ connection }: PostgresSource) =>
  new Failure({
    code: 'source',
    object: `database at ${connection}`,
    message: 'is another one than the run was begun with, and the snapshot of that one is lost',
    remedy: 'Put that one back, or take the run back with "longhaul rollback" and begin anew',
  })
