/** The first step towards a staged source: what has to be fetched before its rows can be laid down. */
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { makeFolder, runFolder } from '../../home/home.ts'
import { listFileRuns } from '../../ledger/in-file/runs.ts'
import type { PostgresSource, SqliteEndpoint } from '../../model/endpoint.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import { readArtifact, stagePath, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { restoreArchive } from './archive.ts'

export interface StageInput {
  run: string
  request: StagedRequest
  /** The run that has written the files which are to be read (`via`). */
  written?: string
}

export interface Stage {
  /** A migration of its own has to be done first: a PostgreSQL source, or an archive that was restored, into the stage. */
  pull?: { source: PostgresSource; target: SqliteEndpoint }
}

export async function openStage(work: Work, { run, request, written }: StageInput): Promise<Stage> {
  const { home, host } = work
  makeFolder(runFolder(run, home))
  if (written !== undefined) noteWritten(home, run, written)
  const { of } = request.source
  const stage = stagePath(home, run)
  if (of.kind === 'sqlite' || (of.kind === 'files' && of.format !== 'dump')) return {}
  // Rows that are taken again lie in the stage of the earlier run; files that are written again need theirs.
  if (isPulled(stage) || (request.again && request.target.kind !== 'files')) return {}
  const source = of.kind === 'postgres' ? of : await restoreArchive(work, { run, request, archive: of })
  return { pull: { source, target: { kind: 'sqlite', path: stage, host } } }
}

/** A run into the file has come to its end. */
function isPulled(stage: string): boolean {
  if (!existsSync(stage)) return false
  const db = new Database(stage, { fileMustExist: true })
  try {
    return listFileRuns(db).some(({ state }) => state === 'done' || state === 'done with differences')
  } finally {
    db.close()
  }
}

/** Where the run that wrote the files has put them, and what it could not write. */
function noteWritten(home: string, run: string, written: string): void {
  const { folder, failed } = readArtifact(home, written, 'files')
  writeArtifact(home, run, 'stage', { path: folder, failed })
}
