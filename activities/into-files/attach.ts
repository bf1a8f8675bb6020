/** First contact of an export: its ledger is in the run's folder, so an unfinished one is found there. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { fileTables } from '../../ledger/in-file/reader.ts'
import { getFilePlan, listFileRuns } from '../../ledger/in-file/runs.ts'
import { goesBack, type RunRow } from '../../ledger/runs.ts'
import { Failure } from '../../model/failure.ts'
import { packed } from '../../model/packed-summary.ts'
import type { MigrateInput } from '../../model/payloads.ts'
import type { ExportRequest } from '../../model/plan-request.ts'
import { UNFINISHED } from '../../model/run.ts'
import { findArtifact, writeArtifact } from '../artifacts.ts'
import { type Attached, fingerprint } from '../attach.ts'
import type { Work } from '../edge.ts'
import { summarize } from '../plan-summary.ts'
import { filesPath } from './place.ts'

/** A run that has its snapshot goes on without the source, a new one does not. */
export async function attach(
  { home }: Work,
  { run, name, request, requestHash, mode, adopt }: MigrateInput<ExportRequest>,
): Promise<Attached> {
  const found = mode === 'full' ? unfinishedOf(home, requestHash) : undefined
  if (!found) {
    if (request.source.kind === 'sqlite') fingerprint(request.source)
    return { run }
  }
  if (found.state === 'rolling back') throw goesBack(found)
  if (found.name !== name && !adopt && Date.now() - found.updatedAt.getTime() < ALIVE_MS) throw isAlive(found)
  const plan = planOf(home, found.id)
  if (!plan) return { run }
  writeArtifact(home, found.id, 'plan', plan)
  const takenAt = findArtifact(home, found.id, 'assessment')?.takenAt
  const skipped = reading(home, found.id, db => fileTables(db, found.id)) ?? []
  return {
    ...{ run: found.id, summary: packed(summarize(plan)) },
    skipped: skipped.flatMap(({ name, state }) => (state === 'skipped' ? [name] : [])),
    ...(takenAt && { takenAt }),
  }
}

/** Whoever writes says so in the ledger now and then. */
const ALIVE_MS = 60_000

function unfinishedOf(home: string, requestHash: string): RunRow | undefined {
  const runs = join(home, 'runs')
  if (!existsSync(runs)) return undefined
  return readdirSync(runs)
    .flatMap(id => reading(home, id, listFileRuns) ?? [])
    .find(row => row.requestHash === requestHash && UNFINISHED.includes(row.state))
}

const planOf = (home: string, run: string) => reading(home, run, db => getFilePlan(db, run))

function reading<T>(home: string, run: string, work: (db: Database.Database) => T): T | undefined {
  const path = filesPath(home, run)
  if (!existsSync(path)) return undefined
  const db = new Database(path, { fileMustExist: true, timeout: 2000 })
  try {
    return work(db)
  } finally {
    db.close()
  }
}

const isAlive = ({ id, name }: RunRow) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: 'is the same job, unfinished, and seems to be alive',
    remedy: 'Go on with it there, or take it over with --adopt',
  })
