/** First contact of PostgreSQL → SQLite: is this job unfinished in the file, or in one that is to take its place? */
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fileTables } from '../../ledger/in-file/reader.ts'
import { getFilePlan, listFileRuns } from '../../ledger/in-file/runs.ts'
import { goesBack, type RunRow } from '../../ledger/runs.ts'
import type { SqliteEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { packed } from '../../model/packed-summary.ts'
import type { MigrateInput } from '../../model/payloads.ts'
import type { Plan } from '../../model/plan.ts'
import type { AnyRequest, IntoSqliteRequest } from '../../model/plan-request.ts'
import { UNFINISHED } from '../../model/run.ts'
import { writingFailure } from '../../stores/sqlite/write/errors.ts'
import { workFiles } from '../../stores/sqlite/write/place.ts'
import { findArtifact, writeArtifact } from '../artifacts.ts'
import type { Attached, Origin } from '../attach.ts'
import type { Work } from '../edge.ts'
import { originOf } from '../from-postgres/origin.ts'
import { summarize } from '../plan-summary.ts'

/** An unfinished run, as the ledger of its file has it. */
interface Found {
  row: RunRow
  plan: Plan
  /** Tables that operators have left out. */
  skipped: string[]
}

type IntoFile = Extract<AnyRequest, { target: SqliteEndpoint }>

export const attach = (work: Work, input: MigrateInput<IntoSqliteRequest>): Promise<Attached> =>
  attachToFile(work, input, originOf(work, input.run, input.request.source))

/** A run that has its snapshot goes on without the source, a new one does not. */
export async function attachToFile(
  work: Work,
  input: MigrateInput<IntoFile>,
  origin: Origin,
): Promise<Attached> {
  const { target } = input.request
  if (input.mode !== 'full') {
    await origin.need()
    return { run: input.run }
  }
  const unfinished = [target.path, ...workFiles(target.path)].flatMap(file => unfinishedIn(file, input))
  const mark = unfinished.length > 0 ? await origin.mark() : undefined
  const same = unfinished.find(({ row }) => mark === undefined || row.fingerprint === mark)
  if (!same) {
    if (unfinished[0]) throw otherSource(unfinished[0].row, origin.name)
    await origin.need()
    return { run: input.run }
  }
  const { row, plan, skipped } = same
  if (row.state === 'rolling back') throw goesBack(row)
  mayTakeOver(work, row, input)
  await origin.fetch(row)
  writeArtifact(work.home, row.id, 'plan', plan)
  const takenAt =
    findArtifact(work.home, row.id, 'snapshot-notes')?.takenAt ??
    findArtifact(work.home, row.id, 'assessment')?.takenAt
  const since = await origin.since(row.id)
  return {
    ...{ run: row.id, summary: packed(summarize(plan)), skipped },
    ...(takenAt && { takenAt }),
    ...(since && { since }),
  }
}

/** Those of the same request that can go on; a file that is no database has none, and is looked at later. */
function unfinishedIn(path: string, { requestHash }: Pick<MigrateInput, 'requestHash'>): Found[] {
  if (!existsSync(path)) return []
  let db: Database.Database | undefined
  try {
    // Whoever opens a WAL database for reading alone leaves its side files behind.
    db = new Database(path, { fileMustExist: true, timeout: LOCK_MS })
    db.pragma('query_only = ON')
    return listFileRuns(db)
      .filter(row => UNFINISHED.includes(row.state) && row.requestHash === requestHash)
      .flatMap(row => found(db!, row))
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_NOTADB') return []
    throw writingFailure(path, error)
  } finally {
    db?.close()
  }
}

/** Long enough for a commit, and no heartbeat is missed. */
const LOCK_MS = 2000

function found(db: Database.Database, row: RunRow): Found[] {
  const plan = getFilePlan(db, row.id)
  if (!plan) return []
  const skipped = fileTables(db, row.id).filter(({ state }) => state === 'skipped')
  return [{ row, plan, skipped: skipped.map(({ name }) => name) }]
}

const otherSource = ({ id, name }: RunRow, source: string) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: `is this job, unfinished, and was begun with another ${source}, of which it has a snapshot`,
    remedy: `Put that one back to go on with it, or take it back with "longhaul rollback ${name}" to begin anew`,
  })

/** Whoever writes the file says so in its ledger now and then. */
const ALIVE_MS = 60_000

function mayTakeOver(work: Work, run: RunRow, input: Pick<MigrateInput, 'name' | 'adopt'>): void {
  const ours = run.home === work.home && run.host === work.host && run.name === input.name
  if (ours || input.adopt) return
  const held = run.state === 'paused' || run.state === 'waiting'
  if (!held && Date.now() - run.updatedAt.getTime() > ALIVE_MS && run.host === work.host) return
  throw new Failure({
    code: 'refused',
    object: `run ${run.name} (${run.id})`,
    message: `is the same job, unfinished, and belongs to ${run.home} on host ${run.host}, which seems to be alive`,
    remedy: 'Go on with it there, or take it over with --adopt where its snapshot can be read',
  })
}
