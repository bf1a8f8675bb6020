/** The one state of a staged source that everything after reads: a SQLite database in the run's folder. */
import { existsSync, statSync } from 'node:fs'
import { makeFolder, runFolder } from '../../home/home.ts'
import type { FilesEndpoint, StagedSource } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { wishesOf } from '../../model/files/wishes-of.ts'
import type { Finding } from '../../model/finding.ts'
import type { IntakeTable } from '../../model/intake.ts'
import type { Mode } from '../../model/payloads.ts'
import { BUSY_SECONDS, type StagedRequest } from '../../model/plan-request.ts'
import { findArtifact, rejectedPath, snapshotPath, stagePath, writeArtifact } from '../artifacts.ts'
import { fingerprint } from '../attach.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import { databaseId, withSession } from '../session.ts'
import type { SnapshotInput, SnapshotTaken } from '../take-snapshot.ts'
import { dropArchive } from './archive.ts'
import { namesInStage, tablesThere } from './columns-there.ts'
import { firstOf, markOfFiles } from './source.ts'

export interface StageSnapshotInput extends Omit<SnapshotInput, 'source' | 'request'> {
  source: StagedSource
  request: StagedRequest
  mode: Mode
}

/** Lays down the rows and makes the image of them; each step that an earlier attempt has ended is found done. */
export async function takeSnapshot(work: Work, input: StageSnapshotInput): Promise<SnapshotTaken> {
  const { home, log } = work
  const { run } = input
  const image = snapshotPath(home, run)
  const before = findArtifact(home, run, 'snapshot-notes')
  if (before && existsSync(image)) return before
  makeFolder(runFolder(run, home))
  const began = performance.now()
  const laid = await layDown(work, input)
  const made = await makeImage(work, input)
  const { intake, findings } = await runJob('settleStage', {
    stage: stagePath(home, run),
    rejected: rejectedPath(home, run),
    ...(made.mapped && { mapped: made.mapped }),
  })
  writeArtifact(home, run, 'intake', intake)
  const bytes = statSync(image, { throwIfNoEntry: false })?.size ?? 0
  const taken = { bytes, how: laid.how, seconds: (performance.now() - began) / 1000 }
  writeArtifact(home, run, 'snapshot-notes', {
    ...taken,
    ...{
      fingerprint: await markOf(work, input),
      findings: [...notWritten(home, run), ...findings, ...made.findings],
    },
    ...(laid.mark !== undefined && { mark: laid.mark }),
  })
  log.info({ ...taken, rejected: intake.rejected.length }, 'rows laid down')
  return taken
}

interface LaidDown {
  how: string
  /** What is another one after the source has changed. */
  mark?: string
}

/** The rows as they are, in the stage. */
async function layDown(
  work: Work,
  { run, request, busySeconds = BUSY_SECONDS }: StageSnapshotInput,
): Promise<LaidDown> {
  const { home } = work
  const stage = stagePath(home, run)
  const { again, source, filesPerMinute } = request
  const { of } = source
  if (again?.what === 'rejected') {
    const mapping = request.file?.mapping
    const mapped =
      mapping &&
      Object.values(mapping).flatMap(all => all.flatMap(({ from }) => ('tables' in from ? from.tables : [])))
    await runJob('stageAgain', { stage, earlier: stagePath(home, again.run), ...(mapped && { mapped }) })
    return { how: `rows that run ${again.run} has rejected` }
  }
  if (of.kind === 'sqlite') {
    if (existsSync(stage)) return { how: 'online backup' }
    return runJob('snapshot', { source: of.path, dest: stage, busySeconds })
  }
  if (of.kind === 'postgres' || of.format === 'dump') {
    if (!existsSync(stage)) throw notPulled(run)
    await dropArchive(work, run)
    return { how: of.kind === 'postgres' ? 'pulled from PostgreSQL' : 'restored from an archive' }
  }
  const files = filesOf(home, again?.run ?? run, of)
  // A run that takes up what this one leaves looks here.
  if (again && files.path !== of.path) writeArtifact(home, run, 'stage', { path: files.path, failed: [] })
  const mark = markOfFiles(files)
  const counts = await runJob('stageFiles', {
    ...{ stage, source: files },
    ...(again && { failedIn: stagePath(home, again.run) }),
    ...(filesPerMinute && { perMinute: filesPerMinute }),
  })
  const { files: all, failed } = counts
  const how = `read from ${all - failed === 1 ? '1 file' : `${all - failed} files`}`
  return { how, ...(mark !== undefined && { mark }) }
}

/** Those that were written for a run lie in a folder of their own. */
function filesOf(home: string, run: string, of: FilesEndpoint): FilesEndpoint {
  const written = findArtifact(home, run, 'stage')
  return written ? { ...of, path: written.path } : of
}

interface Made {
  findings: Finding[]
  /** Counts of a mapping. */
  mapped?: IntakeTable[]
}

/** Made anew by every attempt: it has its name only once it is whole. */
async function makeImage(work: Work, { run, request, mode }: StageSnapshotInput): Promise<Made> {
  const { home } = work
  const [stage, image] = [stagePath(home, run), snapshotPath(home, run)]
  const { file, target, preview, suggest, source } = request
  if (suggest) await runJob('suggestMapping', { home, run, stage, target })
  else if (file?.mapping) {
    const { tables: mapped, findings } = await runJob('mapStage', {
      ...{ home, run, stage, image, file, target, mode },
      ...(preview !== undefined && { preview }),
    })
    return { findings, mapped }
  }
  if (isDatabase(source.of)) {
    await runJob('copiedImage', { stage, image })
    return { findings: [] }
  }
  const wishes = wishesOf(namesInStage(stage), await tablesThere(work, run, request), request)
  return { findings: await runJob('typedImage', { stage, image, wishes }) }
}

/** What is laid down has types already. */
const isDatabase = (of: StagedSource['of']): boolean =>
  of.kind !== 'files' || of.format === 'sql' || of.format === 'dump'

/** What tells this source from others, as at first contact. */
async function markOf({ home }: Work, { run, request }: StageSnapshotInput): Promise<string> {
  const of = firstOf(request)
  return of.kind === 'postgres' ? withSession(home, of, run, databaseId) : fingerprint(of)
}

/** Files that were to be written first, and could not be; names of such may hold what a row holds. */
const notWritten = (home: string, run: string): Finding[] =>
  (findArtifact(home, run, 'stage')?.failed ?? []).map(({ error }, i, all) => ({
    code: 'file-failed',
    severity: 'incomplete',
    object: `file ${i + 1} of ${all.length} that failed`,
    message: `it could not be written, so that its rows are not taken: ${error}`,
  }))

const notPulled = (run: string) =>
  new Failure({ code: 'internal', object: `run ${run}`, message: 'its rows have not been fetched' })
