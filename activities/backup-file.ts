/** The dump of the backup step in a run's folder, and the manifest that says what it is and how it was proven. */
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readJson, runFolder, writePrivate } from '../home/home.ts'
import { Failure } from '../model/failure.ts'
import type { RollbackBackup } from '../model/rollback.ts'
import { damaged, measure } from '../stores/postgres/dump.ts'

export interface Manifest {
  /** UUID of the run. */
  id: string
  /** ISO 8601, when the snapshot was taken. */
  at: string
  host: string
  /** As in `PostgreSQL 15.18`, and the version of `pg_dump`. */
  engine: string
  program: string
  database: string
  /** `pg_dump`'s custom format. */
  path: string
  bytes: number
  sha256: string
  /** Whether the ledger is in it: it has records of earlier runs, and one of this run, which a restore brings back. */
  ledger: boolean
  verified: {
    /** Into a scratch database and compared, or read through and counted. */
    how: 'restored' | 'read'
    /** In words, with the reason where it was not restored. */
    text: string
  }
  /** Rows by count and digest, under the snapshot of the dump. */
  tables: { schema: string; name: string; rows: number; digest: string }[]
}

export const backupFolder = (home: string, run: string) => join(runFolder(run, home), 'backup')
/** Each attempt has a name of its own: a stalled one that wakes does not write into another's file. */
export const newDumpPath = (home: string, run: string) =>
  join(backupFolder(home, run), `target-${randomUUID().slice(0, 8)}.dump`)
const manifestPath = (home: string, run: string) => join(backupFolder(home, run), 'manifest.json')

/** Undefined where no dump was made and proven. */
export const findManifest = (home: string, run: string) => readJson<Manifest>(manifestPath(home, run))

/** Dumps that rollbacks of the run have made whole, in the order of their names. */
export function dumpsBefore(home: string, run: string): RollbackBackup[] {
  const folder = backupFolder(home, run)
  if (!existsSync(folder)) return []
  const manifests = readdirSync(folder).filter(name => /^before-rollback-.*\.dump\.json$/.test(name))
  return manifests.sort().flatMap(name => readJson<RollbackBackup>(join(folder, name)) ?? [])
}

/** Takes away what attempts before have left; other files of the folder stay. */
export function clearAttempts(home: string, run: string): void {
  const folder = backupFolder(home, run)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder))
    if (OF_ATTEMPTS.test(name)) rmSync(join(folder, name), { force: true })
}

const OF_ATTEMPTS = /^(manifest\.json|target-.*|passfile-.*|restore\.log)$/

/** Written last: a dump without it is none. */
export function writeManifest(home: string, manifest: Manifest): void {
  writePrivate(manifestPath(home, manifest.id), `${JSON.stringify(manifest, null, 2)}\n`)
}

/**
 * The proven dump of a run, whole and unchanged: size first, and with `progress` its hash. Fails with `artifact`
 * where it is gone, damaged or another one.
 */
export async function needDump(
  home: string,
  run: string,
  progress?: (bytes: number) => void,
): Promise<Manifest> {
  const manifest = findManifest(home, run)
  if (!manifest) throw gone(run)
  // The state folder may have moved since.
  const path = join(backupFolder(home, run), basename(manifest.path))
  if (!existsSync(path)) throw gone(run)
  if (statSync(path).size !== manifest.bytes) throw damaged(path)
  if (progress && (await measure(path, progress)).sha256 !== manifest.sha256) throw damaged(path)
  return { ...manifest, path }
}

const gone = (run: string) =>
  new Failure({
    code: 'artifact',
    object: `run ${run}`,
    message: 'the dump of the target is not in the folder of the run on this host',
    remedy: 'Put it back where its manifest says, or take the run back by its tables alone',
  })
