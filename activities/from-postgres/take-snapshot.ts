/** The one state of a PostgreSQL source that everything after reads. */
import { isAlive } from '../../home/process.ts'
import type { PostgresSource } from '../../model/endpoint.ts'
import { BUSY_SECONDS, type CarryRequest, type IntoSqliteRequest } from '../../model/plan-request.ts'
import { findArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { databaseId, withSession } from '../session.ts'
import type { SnapshotTaken } from '../take-snapshot.ts'
import { findHolders, type Holders } from './holder.ts'
import { startHolders } from './start-holders.ts'

export interface SourceSnapshotInput {
  run: string
  source: PostgresSource
  busySeconds?: number
  /** A check of some rows; the snapshot has all of them nevertheless. */
  only?: CarryRequest | IntoSqliteRequest
}

/** Takes the snapshot once; an attempt after a finished one finds it there. */
export async function takeSnapshot(
  { home, log }: Work,
  { run, source, busySeconds = BUSY_SECONDS }: SourceSnapshotInput,
): Promise<SnapshotTaken> {
  const before = findArtifact(home, run, 'snapshot-notes')
  if (before) return before
  const began = performance.now()
  const fingerprint = await withSession(home, source, run, databaseId)
  const current = findHolders(home, run)
  // What a lost one was read for was not kept either: nothing is, before the notes.
  if (!current?.holders.some(isAlive))
    await startHolders({ home, run, source, patienceMs: busySeconds * 1000 }, nextOf(current))
  const taken = { bytes: 0, how: 'exported snapshot', seconds: (performance.now() - began) / 1000 }
  const takenAt = new Date().toISOString()
  writeArtifact(home, run, 'snapshot-notes', { ...taken, takenAt, fingerprint, findings: [] })
  log.info(taken, 'snapshot taken')
  return taken
}

const nextOf = (current: Holders | undefined) => (current?.generation ?? 0) + 1
