/** The one state of the source that everything after reads. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { makeFolder, runFolder } from '../home/home.ts'
import type { SqliteEndpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import type { Finding } from '../model/finding.ts'
import type { Mode } from '../model/payloads.ts'
import { type AnyRequest, BUSY_SECONDS, type PlanRequest } from '../model/plan-request.ts'
import { forgetAttempts } from '../stores/sqlite/snapshot.ts'
import { findArtifact, snapshotPath, writeArtifact } from './artifacts.ts'
import { fingerprint } from './attach.ts'
import type { Work } from './edge.ts'
import { runJob } from './jobs.ts'

export interface SnapshotInput {
  run: string
  source: SqliteEndpoint
  busySeconds?: number
  /** A check of some rows: the snapshot has those alone. */
  only?: PlanRequest
  /** Of a staged source; in a dry run nothing is asked of the target that changes it. */
  request?: AnyRequest
  mode?: Mode
}

export interface SnapshotTaken {
  bytes: number
  how: string
  seconds: number
}

/**
 * Takes the snapshot once; an attempt after a finished one finds it there. Plans and runs of earlier releases
 * do not say how long to wait.
 */
export async function takeSnapshot(
  { home, log }: Work,
  { run, source, busySeconds = BUSY_SECONDS, only }: SnapshotInput,
): Promise<SnapshotTaken> {
  const dest = snapshotPath(home, run)
  const before = findArtifact(home, run, 'snapshot-notes')
  if (before && existsSync(dest)) return before
  const folder = makeFolder(runFolder(run, home))
  forgetAttempts(folder)
  needRoom(source.path, folder)
  const findings = holders(source.path)
  // Of before, as the mark is.
  const then = fingerprint(source)
  const began = performance.now()
  const { bytes, how, mark } = await runJob('snapshot', { source: source.path, dest, busySeconds })
  if (only?.rows) await runJob('narrow', { snapshot: dest, request: only, rows: only.rows })
  const taken = { bytes, how, seconds: (performance.now() - began) / 1000 }
  writeArtifact(home, run, 'snapshot-notes', { ...taken, fingerprint: then, mark, findings })
  log.info(taken, 'snapshot taken')
  return taken
}

function needRoom(source: string, folder: string): void {
  const size = statSync(source, { throwIfNoEntry: false })?.size ?? 0
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free > size * 1.05) return
  throw new Failure({
    code: 'space',
    object: `folder ${folder}`,
    message: `the snapshot needs ${mebibytes(size)}, and ${mebibytes(free)} are free`,
    remedy: 'Free some room, or set LONGHAUL_HOME to a larger disk',
  })
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MiB`

/** Who else has the file open, as far as this system lets us see; they are named and never touched. */
function holders(path: string): Finding[] {
  if (process.platform !== 'linux') return []
  const file = realpathSync(path)
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid && holds(name, file))
    .map(pid => ({
      code: 'source-in-use',
      severity: 'warning' as const,
      object: `file ${path}`,
      message: `process ${pid} (${command(pid)}) has it open; what it writes after the snapshot is not migrated`,
      remedy: 'Stop it before the migration if its last writes matter',
    }))
}

function holds(pid: string, file: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => link(`/proc/${pid}/fd/${fd}`) === file)
  } catch {
    return false
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function command(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
