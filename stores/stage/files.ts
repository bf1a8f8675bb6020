/** The files of a stage, one after the other: each is there whole, with its record, or marked as failed with nothing of its rows. */
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { FilesEndpoint } from '../../model/endpoint.ts'
import { canRetry, Failure, type FailureFacts } from '../../model/failure.ts'
import type { Manifest } from '../../model/files/manifest.ts'
import { type ListedFile, listFiles, sinceWritten } from '../files/list.ts'
import { readFile } from '../files/open.ts'
import { loadSqlText } from '../sql/load.ts'
import { codeOf } from '../sqlite/errors.ts'
import type { Connection } from '../sqlite/open.ts'
import { withOwnManifests } from '../xlsx/own-manifests.ts'
import { stageGone } from './again.ts'
import { fileNames } from './file-names.ts'
import { type Loaded, loadFile } from './load.ts'
import { openStageFile } from './schema.ts'

export interface FilesInput {
  /** Path of the stage. */
  stage: string
  source: FilesEndpoint
  /** The stage of an earlier run: only the files that failed in it. */
  failedIn?: string
  perMinute?: number
}

/** How far it is. */
export interface FileProgress {
  /** Its number, from 1: a name may hold what a row holds. */
  file: number
  rows: number
}

/**
 * Reads every file that has no record yet. One that cannot be read does not stop the others; where that is the only file, it is the
 * failure of the whole.
 */
export async function stageFiles(
  { stage, source, failedIn, perMinute }: FilesInput,
  progress: (detail: FileProgress) => void,
  signal: AbortSignal,
): Promise<{ files: number; failed: number }> {
  const listed = listFiles(source)
  const { files, manifest } = source.format === 'xlsx' ? await withOwnManifests(listed, signal) : listed
  const only = failedIn === undefined ? undefined : failedFiles(failedIn)
  const wanted = only ? files.filter(({ file }) => only.includes(file)) : files
  if (wanted.length === 0) throw nothing(source, only)
  const db = openStageFile(stage)
  try {
    keepManifest(
      db,
      manifest ?? { tables: wanted.flatMap(({ known }) => known ?? []), after: [] },
      wanted[0]!.options.per !== undefined,
    )
    const recorded = new Set(db.prepare<[], string>('SELECT file FROM longhaul_file').pluck().all())
    const pace = new Pace(perMinute)
    for (const [i, file] of wanted.entries()) {
      if (recorded.has(file.file)) continue
      await pace.next(() => progress({ file: i + 1, rows: 0 }), signal)
      await stageOne(db, source, file, rows => progress({ file: i + 1, rows }), signal)
    }
    for (const { file } of manifest?.files ?? [])
      if (!only && !wanted.some(there => there.file === file)) noteFailure(db, file, gone(file, MANIFESTED))
    for (const file of only ?? [])
      if (!wanted.some(there => there.file === file))
        noteFailure(db, file, gone(file, 'it has failed before'))
    return outcome(db)
  } finally {
    db.close()
  }
}

function failedFiles(stage: string): string[] {
  if (!existsSync(stage)) throw stageGone()
  const db = openStageFile(stage)
  try {
    return db.prepare<[], string>(`SELECT file FROM longhaul_file WHERE state = 'failed'`).pluck().all()
  } finally {
    db.close()
  }
}

/** @param ofRows each file was named by what a row holds */
function keepManifest(
  db: Connection,
  { tables, after }: Pick<Manifest, 'tables' | 'after'>,
  ofRows: boolean,
): void {
  if (tables.length === 0) return
  db.prepare('INSERT INTO longhaul_manifest SELECT ? WHERE NOT EXISTS (SELECT 1 FROM longhaul_manifest)').run(
    JSON.stringify({ tables, after, ofRows }),
  )
}

async function stageOne(
  db: Connection,
  source: FilesEndpoint,
  file: ListedFile,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<void> {
  db.exec('BEGIN IMMEDIATE')
  try {
    const before = stateOf(file.path)
    const { lastInsertRowid } = db
      .prepare(`INSERT INTO longhaul_file (file, state) VALUES (?, 'done')`)
      .run(file.file)
    const loaded = await load(db, source, file, Number(lastInsertRowid), progress, signal)
    const sha256 = await digestOf(file.path, signal)
    const after = stateOf(file.path)
    if (after.mark !== before.mark) throw changed(file.file)
    db.prepare(
      'UPDATE longhaul_file SET rows = ?, rejected = ?, bytes = ?, sha256 = ?, notes = ? WHERE no = ?',
    ).run(
      ...[loaded.rows, loaded.rejected, after.bytes, sha256],
      ...[JSON.stringify([...loaded.notes, ...sinceWritten(file, loaded.rows, sha256)]), lastInsertRowid],
    )
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    signal.throwIfAborted()
    const facts = factsOf(error, file.file)
    if (!facts) throw error
    noteFailure(db, file.file, facts)
  }
}

async function load(
  db: Connection,
  { format }: FilesEndpoint,
  { file, path, options, known }: ListedFile,
  no: number,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<Loaded> {
  if (format === 'sql') {
    await loadSqlText(path, db, signal, progress)
    return { rows: 0, rejected: 0, notes: [] }
  }
  const batches = readFile(format, path, options, known, signal)
  return loadFile(db, batches, { no, file, typed: format !== 'csv', known: known !== undefined }, progress)
}

const stateOf = (path: string): { mark: string; bytes: number } => {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true })
  return { mark: `${ino}:${size}:${mtimeNs}`, bytes: Number(size) }
}

/** In one buffer: pieces of a stream wait for the garbage collector. */
async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const piece = Buffer.alloc(PIECE)
  await using file = await open(path)
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(piece, 0, PIECE)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(piece.subarray(0, bytesRead))
  }
}

const PIECE = 512 * 1024

/** What to tell of a file that cannot be read; undefined where the trouble is not the file's. */
function factsOf(error: unknown, file: string): FailureFacts | undefined {
  if (error instanceof Failure)
    return canRetry(error.code) || error.code === 'usage' ? undefined : error.facts
  const code = codeOf(error)
  if (code === 'ENOSPC' || code.startsWith('SQLITE_')) return undefined
  const name = error instanceof Error ? error.name : typeof error
  return {
    code: 'source',
    object: `file ${file}`,
    message: `cannot be read (${code || name})`,
    remedy: 'Look whether it is whole, and of the format that was named',
  }
}

function noteFailure(db: Connection, file: string, { code, message, remedy }: FailureFacts): void {
  db.prepare(
    `INSERT OR IGNORE INTO longhaul_file (file, state, code, message, remedy) VALUES (?, 'failed', ?, ?, ?)`,
  ).run(file, code, message, remedy ?? null)
}

interface Outcome {
  files: number
  failed: number
}

/** Fails where no file is there at all: with the reason of the first. */
function outcome(db: Connection): Outcome {
  const { files, failed } = db
    .prepare<[], Outcome>(
      `SELECT count(*) AS files, count(*) FILTER (WHERE state = 'failed') AS failed FROM longhaul_file`,
    )
    .get()!
  if (failed < files) return { files, failed }
  const first = db
    .prepare<[], FailureFacts & { file: string; remedy: string | null }>(
      'SELECT file, code, message, remedy FROM longhaul_file ORDER BY no LIMIT 1',
    )
    .get()!
  const { code, file, message, remedy } = first
  const object = fileNames(db)(file)
  const others = files > 1 ? `, and ${files - 1} more cannot be read` : ''
  // An attempt after a correction has to look again.
  db.exec('DELETE FROM longhaul_file')
  throw new Failure({
    code,
    object,
    message: `${message}${others}`,
    ...(remedy && { remedy }),
  })
}

/** So many files in a minute, at most. */
class Pace {
  readonly #apartMs: number
  #next = 0

  constructor(perMinute: number | undefined) {
    this.#apartMs = perMinute ? 60_000 / perMinute : 0
  }

  /** Waits for the next file's turn; a word each second says that it lives. */
  async next(alive: () => void, signal: AbortSignal): Promise<void> {
    for (let left = this.#next - Date.now(); left > 0; left = this.#next - Date.now()) {
      alive()
      await pause(Math.min(left, 1000), undefined, { signal })
    }
    this.#next = Date.now() + this.#apartMs
  }
}

const changed = (file: string) =>
  new Failure({
    code: 'source',
    object: `file ${file}`,
    message: 'it was changed while it was read',
    remedy: 'Take it again when nobody writes it',
  })

const MANIFESTED = 'longhaul.json names it'

/** @param why it should be there, in words */
const gone = (file: string, why: string): FailureFacts => ({
  code: 'source',
  object: `file ${file}`,
  message: `${why}, and it is not there`,
  remedy: 'Put it back',
})

const nothing = ({ path, format }: FilesEndpoint, only: readonly string[] | undefined) =>
  new Failure({
    code: 'source',
    object: `${format}:${path}`,
    message: only
      ? 'none of the files that have failed is there any more'
      : 'there is no file of this format to read',
    remedy: only ? 'Put them back' : 'Check the path given as --from',
  })
