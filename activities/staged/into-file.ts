/** The verbs of a staged source into a SQLite file that differ from those of PostgreSQL → SQLite. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { activityInfo } from '@temporalio/activity'
import { runFolder } from '../../home/home.ts'
import type { SqliteEndpoint, StagedSource } from '../../model/endpoint.ts'
import { newNames, pairsOf } from '../../model/from-image/names.ts'
import { planFromImage } from '../../model/from-image/plan.ts'
import { type PackedSummary, packed } from '../../model/packed-summary.ts'
import type { PlanRequest } from '../../model/plan-request.ts'
import type { RunResult, TableResult } from '../../model/run.ts'
import { lookAtFile } from '../../stores/sqlite/look-at-file.ts'
import { findArtifact, needSnapshot, readArtifact, writeArtifact } from '../artifacts.ts'
import type { Assessed } from '../assess.ts'
import { absent } from '../compare-tables.ts'
import type { Work } from '../edge.ts'
import type { FilePlace } from '../into-sqlite/file.ts'
import { elsewhere } from '../into-sqlite/open-ledger.ts'
import { writeScripts } from '../into-sqlite/plan-scripts.ts'
import { runJob } from '../jobs.ts'
import { drifted, type PlanInput } from '../make-plan.ts'
import type { OpenInput } from '../open-ledger.ts'
import { summarize } from '../plan-summary.ts'
import { NOTHING, type ReportInput, reportWith } from '../report.ts'
import { tableOf } from '../target.ts'
import { dropArchive } from './archive.ts'
import { releaseStage } from './report.ts'
import { sinceStaged } from './source.ts'

type Request = PlanRequest<StagedSource, SqliteEndpoint>

/** Describes the image and counts its rows, once. */
export async function assess(
  { home, log }: Work,
  { run }: { run: string; request: Request },
): Promise<Assessed> {
  const image = findArtifact(home, run, 'image') ?? (await look(home, run))
  const sizes = Object.values(image.sizes)
  const sum = (of: (size: (typeof sizes)[number]) => number) => sizes.reduce((all, size) => all + of(size), 0)
  const result = { tables: sizes.length, rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes) }
  log.info(result, 'image described')
  return result
}

async function look(home: string, run: string) {
  const image = await runJob('lookAtImage', { snapshot: needSnapshot(home, run) })
  writeArtifact(home, run, 'image', image)
  return image
}

/** Makes the plan, writes it with its scripts into the run's folder. */
export async function makePlan(
  { home, log }: Work,
  { run, request, expectHash }: PlanInput<Request>,
): Promise<PackedSummary> {
  const facts = readArtifact(home, run, 'image')
  const noted = findArtifact(home, run, 'snapshot-notes')?.findings ?? []
  const snapshot = needSnapshot(home, run)
  const { path } = request.target
  const target = lookAtFile(path)
  const names = newNames(facts.schema, request)
  const made = await runJob('nameImage', { snapshot, names })
  const pairs = pairsOf(names, facts.schema, target.schema, request)
  const matches = await runJob('matchImageWith', { snapshot, path, pairs })
  const plan = planFromImage({ facts, made, matches, names, target, request }, noted)
  writeArtifact(home, run, 'plan', plan)
  writeScripts(home, run, plan)
  log.info({ hash: plan.hash, tables: plan.what.tables.length, findings: plan.findings.length }, 'planned')
  if (expectHash && expectHash !== plan.hash) throw drifted(expectHash, plan.hash)
  return packed(summarize(plan))
}

/** Registers the run, or takes it over; every attempt gets an epoch of its own and outdates those before. */
export async function openLedger(
  { home, host }: Work,
  { run, name, requestHash, request, takenAt, adopt }: OpenInput<Request>,
): Promise<FilePlace> {
  const { target, source } = request
  if (target.host !== host) throw elsewhere(target.host, host)
  const { fingerprint = '' } = readArtifact(home, run, 'snapshot-notes')
  const { epoch } = await runJob('openRunFile', {
    path: target.path,
    registration: {
      ...{ run, name, requestHash, host, home, takenAt, adopt, fingerprint },
      plan: readArtifact(home, run, 'plan'),
      attempt: activityInfo().attempt,
      source: source.path,
    },
  })
  return { run, epoch, target, source: 'staged', host }
}

/** Of `check`: the image with tables of the file, which is read in a copy of one moment. */
export async function compareTables(
  { home }: Work,
  { run, request, tables }: { run: string; request: Request; tables: string[] },
): Promise<TableResult[]> {
  const plan = readArtifact(home, run, 'plan')
  const chosen = tables.map(name => tableOf(plan, name))
  const there = chosen.filter(({ action }) => action === 'use')
  const { source, target, busySeconds } = request
  const copy = copyOfFile(home, run)
  if (there.length > 0 && !existsSync(copy))
    await runJob('snapshot', { source: target.path, dest: copy, busySeconds })
  const results = await runJob('digestBothInto', { home, run, source, snapshot: copy, tables: there })
  return [...results, ...chosen.filter(({ action }) => action !== 'use').map(absent)]
}

/** A new database moves into its place here, whatever the verdict: status 4 says that it differs. */
export function report(work: Work, input: ReportInput<Request>): Promise<RunResult> {
  const { run, request } = input
  return reportWith(work, input, {
    close: async ({ home }, { result, steps, failure }, place) =>
      (await runJob('closeFile', { home, place, result, steps, ...(failure && { failure }) })) ?? NOTHING,
    since: () => sinceStaged(work, run, request),
    release: () => letGo(work, run, input.place !== undefined),
  })
}

/** The verb: of a comparison that failed. */
export const release = (work: Work, { run }: { run: string; request: Request }): Promise<void> =>
  letGo(work, run, false)

/** What the run has read serves nobody any more. */
async function letGo(work: Work, run: string, hasWritten: boolean): Promise<void> {
  releaseStage(work.home, run, hasWritten)
  rmSync(copyOfFile(work.home, run), { force: true })
  await dropArchive(work, run)
}

/** Of the target, for a comparison. */
const copyOfFile = (home: string, run: string): string => join(runFolder(run, home), 'compared.db')
