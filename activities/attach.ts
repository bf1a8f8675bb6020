/** First contact: is the target there, and is this job unfinished in it? */
import { createHash } from 'node:crypto'
import { existsSync, realpathSync, renameSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { Context } from '@temporalio/activity'
import type { Client } from 'pg'
import { makeFolder, runFolder } from '../home/home.ts'
import { readOrders, readTables } from '../ledger/reader.ts'
import { getPlan, goesBack, listRuns, type RunRow } from '../ledger/runs.ts'
import { findLedger } from '../ledger/schema.ts'
import { isNowhere, type PostgresEndpoint, type SqliteEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { ordersLines } from '../model/orders-text.ts'
import { type PackedSummary, packed } from '../model/packed-summary.ts'
import type { MigrateInput } from '../model/payloads.ts'
import type { AnyRequest, PlanRequest } from '../model/plan-request.ts'
import { UNFINISHED } from '../model/run.ts'
import { findArtifact, snapshotPath, writeArtifact } from './artifacts.ts'
import type { Work } from './edge.ts'
import { summarize } from './plan-summary.ts'
import { AT_WORK, application, databaseId, withSession } from './session.ts'
import { sinceSnapshot } from './source-since.ts'

export interface Attached {
  /** The run to go on with: the one that was asked for, or the unfinished one that was found. */
  run: string
  /** Set where an unfinished run goes on: its plan, and when its snapshot was taken. */
  summary?: PackedSummary
  takenAt?: string
  /** Its tables that an operator has left out. */
  skipped?: string[]
  /** Orders that held it or slowed it down when it ended, in words: they ended with it. */
  lifted?: string[]
  /** What became of the source since, in words; absent where it is as it was. */
  since?: string
}

/**
 * Looks for an unfinished run of the same request and source in the target's ledger. Its snapshot and plan
 * have to be on this host; a run whose owner seems alive is taken over only with `adopt`.
 */
export async function attach(work: Work, input: MigrateInput<PlanRequest>): Promise<Attached> {
  const { source } = input.request
  const there = existsSync(source.path)
  return attachTo(work, input, {
    mark: async () => (there ? fingerprint(source) : undefined),
    need: async () => void fingerprint(source),
    name: `file at ${source.path}`,
    fetch: run => fetchArtifacts(work, run),
    since: run => sinceSnapshot(work.home, run, source.path),
  })
}

/** What a run's source is asked at first contact. */
export interface Origin {
  /** What tells it from every other; undefined where it cannot be reached. */
  mark: () => Promise<string | undefined>
  /** Fails where it cannot be reached. */
  need: () => Promise<void>
  /** In words. */
  name: string
  /** Brings what the run read of it to this host's state folder. */
  fetch: (run: RunRow) => Promise<void>
  /** What became of it since, in words. */
  since: (run: string) => Promise<string | undefined>
}

type IntoPostgres = Extract<AnyRequest, { target: PostgresEndpoint }>

/** The same for any source, and a target with a ledger in PostgreSQL. */
export async function attachTo(
  work: Work,
  input: MigrateInput<IntoPostgres>,
  origin: Origin,
): Promise<Attached> {
  const { target } = input.request
  if (input.mode !== 'full' || isNowhere(target)) {
    await origin.need()
    if (isNowhere(target)) return { run: input.run }
  }
  return withSession(work.home, target, input.run, async client => {
    if (input.mode !== 'full') return { run: input.run }
    const same = await findSame(client, input, origin)
    // A run that has its snapshot goes on without the source, a new one does not.
    if (!same) {
      await origin.need()
      return { run: input.run }
    }
    if (same.state === 'rolling back') throw goesBack(same)
    if (same.state === 'replaying') throw isReplayed(same)
    if (same.state === 'repairing') throw isRepaired(same)
    await mayTakeOver(work, client, same, input)
    const { plan } = (await getPlan(client, same.ledger, same.id))!
    await origin.fetch(same)
    writeArtifact(work.home, same.id, 'plan', plan)
    const takenAt =
      findArtifact(work.home, same.id, 'assessment')?.takenAt ??
      findArtifact(work.home, same.id, 'snapshot-notes')?.takenAt
    const since = await origin.since(same.id)
    const tables = await readTables(client, same.ledger, same.id)
    const orders = await readOrders(client, same.ledger, same.id)
    // Also those that were still to be taken back.
    const skipped = tables
      .filter(({ name, state }) => state === 'skipped' || orders?.skippedTables.includes(name))
      .map(({ name }) => name)
    const lifted = orders ? ordersLines({ ...orders, skippedTables: [] }) : []
    return {
      ...{ run: same.id, summary: packed(summarize(plan)), skipped, lifted },
      ...(takenAt && { takenAt }),
      ...(since && { since }),
    }
  })
}

/** The unfinished run of the same request; fails where it was begun with another file of the source's name. */
async function findSame(
  client: Client,
  { request, requestHash }: MigrateInput<IntoPostgres>,
  origin: Origin,
) {
  const ledger = await findLedger(client, request.target.schema)
  if (!ledger) return undefined
  const database = await databaseId(client)
  const unfinished = (await listRuns(client, ledger)).filter(
    r => UNFINISHED.includes(r.state) && r.requestHash === requestHash && r.database === database,
  )
  const mark = await origin.mark()
  const same = unfinished.find(r => mark === undefined || r.fingerprint === mark)
  if (!same && unfinished[0]) throw otherSource(unfinished[0], origin.name)
  return same && { ...same, ledger }
}

const otherSource = ({ id, name }: RunRow, source: string) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: `is this job, unfinished, and was begun with another ${source}, of which it has a snapshot`,
    remedy: `Put that one back to go on with it, or take it back with "longhaul rollback ${name}" to begin anew`,
  })

/** Which source this is: the file behind the path, on this host. Fails with `source` where there is none. */
export function fingerprint({ path, host }: Pick<SqliteEndpoint, 'path' | 'host'>): string {
  try {
    const real = realpathSync(path)
    // Without the number of the device, which changes when a machine starts anew.
    const { ino } = statSync(real)
    return createHash('sha256')
      .update(JSON.stringify([host, real, ino]))
      .digest('hex')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Failure({
      code: 'source',
      object: `file ${path}`,
      message: code === 'ENOENT' ? `there is no such file on host ${host}` : `cannot be looked at (${code})`,
      remedy: 'Check the path given as --from',
    })
  }
}

const isReplayed = ({ id, name }: RunRow) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: 'is the same job, and its rows in quarantine are being replayed',
    remedy: `End that with "longhaul replay ${name}"`,
  })

const isRepaired = ({ id, name }: RunRow) =>
  new Failure({
    code: 'refused',
    object: `run ${name} (${id})`,
    message: 'is the same job, and its rows are being repaired',
    remedy: `End that with "longhaul repair ${name}"`,
  })

async function mayTakeOver(
  work: Work,
  client: Client,
  run: RunRow,
  input: Pick<MigrateInput, 'name' | 'adopt'>,
): Promise<void> {
  const ours = run.home === work.home && run.host === work.host && run.name === input.name
  if (ours || input.adopt) return
  const { rows } = await client.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE application_name = $1 AND pid <> pg_backend_pid() AND ${AT_WORK}`,
    [application(run.id)],
  )
  // A run that is held has no sessions, maybe for days, and is somebody's all the same.
  const held = run.state === 'paused' || run.state === 'waiting'
  const alive = held || rows[0].n > 0 || Date.now() - run.updatedAt.getTime() < 60_000
  if (!alive && run.host === work.host) return
  throw new Failure({
    code: 'refused',
    object: `run ${run.name} (${run.id})`,
    message: `is the same job, unfinished, and belongs to ${run.home} on host ${run.host}${alive ? ', which seems to be alive' : ''}`,
    remedy: 'Go on with it there, or take it over with --adopt where its snapshot can be read',
  })
}

/** Brings a run's snapshot from another state folder of this host into ours; its name shows it whole or not. */
export async function fetchArtifacts(work: Work, run: RunRow): Promise<void> {
  const here = snapshotPath(work.home, run.id)
  if (existsSync(here)) return
  const there = snapshotPath(run.home, run.id)
  if (run.host !== work.host || !existsSync(there)) throw snapshotGone(run)
  makeFolder(runFolder(run.id, work.home))
  await copyWhole(there, here)
  for (const name of ['assessment', 'snapshot-notes'] as const) {
    const artifact = findArtifact(run.home, run.id, name)
    if (artifact) writeArtifact(work.home, run.id, name, artifact)
  }
}

/** Copies a file that may be large, so that its name shows it whole or not. */
export async function copyWhole(there: string, here: string): Promise<void> {
  const half = `${here}.copy`
  const beat = setInterval(
    () => Context.current().heartbeat(statSync(half, { throwIfNoEntry: false })?.size),
    2000,
  )
  try {
    await copyFile(there, half)
    renameSync(half, here)
  } finally {
    clearInterval(beat)
  }
}

const snapshotGone = ({ id, name, home, host }: RunRow) =>
  new Failure({
    code: 'artifact',
    object: `run ${name} (${id})`,
    message: `is unfinished, but its snapshot is not in ${runFolder(id, home)} on host ${host} any more`,
    remedy: `Take it back with "longhaul rollback ${id}" and run the command again`,
  })
