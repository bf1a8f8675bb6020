/** The end of writing: what stands beside the files, and what could not be written; runs in a thread. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../../home/home.ts'
import { allFiles, dropTable, type ExportedFile, findManifest } from '../../ledger/in-file/exported.ts'
import { leaveTableOut } from '../../ledger/in-file/parts.ts'
import { mustBeOurs } from '../../ledger/in-file/runs.ts'
import { Failure } from '../../model/failure.ts'
import type { Manifest, ManifestFile } from '../../model/files/manifest.ts'
import type { IntakeFile } from '../../model/intake.ts'
import { sequenceSql } from '../../model/into-files/contents.ts'
import type { Exported } from '../../model/into-files/exported.ts'
import { NewFile } from '../../stores/files/new-file.ts'
import { writing } from '../../stores/sqlite/write/transaction.ts'
import type { Progress } from '../progress.ts'
import { beginFile, putIntoPlace } from './into-place.ts'
import { fileLabel } from './label.ts'
import { asidePath, type Export, type ExportInput, isUnrecorded, withExport, workFolder } from './place.ts'
import { backFolder, lookAtFiles, putBack } from './take-back.ts'

export interface Finished {
  exported: Exported
  /** What failed, in words without values. */
  lines: string[]
  /** The same files for the report. */
  files: IntakeFile[]
}

/** Fails with `object` where no file at all could be written. */
export async function finishExport(
  input: ExportInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<Finished> {
  return withExport(input, { progress, signal }, async opened => {
    const files = [...allFiles(opened.db)].filter(({ kind }) => kind !== 'manifest')
    const failed = files.filter(({ state }) => state === 'failed')
    const done = files.filter(({ state }) => state === 'done')
    if (failed.length > 0 && done.length === 0) throw nothingWritten(failed)
    const manifest = findManifest(opened.db)
    if (manifest && manifest.state !== 'done') await writeManifest(opened, manifest, done)
    const { folder } = opened.where
    rmSync(workFolder(folder, opened.token.run), { recursive: true, force: true })
    return {
      exported: {
        folder,
        files: done.map(({ file }) => file),
        failed: failed.map(({ file, error = '' }) => ({ file, error })),
      },
      files: files.map(inReport),
      lines: failed.map(file => `${fileLabel(opened, file)}: failed: ${file.error}`),
    }
  })
}

const inReport = ({ file, state, rows, error }: ExportedFile): IntakeFile => ({
  file,
  state: state === 'failed' ? 'failed' : 'done',
  rows: Object.values(rows).reduce((sum, n) => sum + n, 0),
  rejected: 0,
  ...(error !== undefined && { error }),
})

const nothingWritten = ([first]: readonly ExportedFile[]) =>
  new Failure({ code: 'object', object: 'files', message: `none could be written: ${first!.error}` })

async function writeManifest(
  opened: Export,
  manifest: ExportedFile,
  done: readonly ExportedFile[],
): Promise<void> {
  const half = await beginFile(opened, manifest)
  const bytes = Buffer.from(`${JSON.stringify(manifestOf(opened, manifest, done), null, 1)}\n`)
  const file = new NewFile(half)
  try {
    file.write(bytes)
    const written = file.end()
    await putIntoPlace(opened, half, manifest, { ...written, rows: {}, claimedAt: new Date().toISOString() })
  } catch (error) {
    file.abort()
    throw error
  }
}

function manifestOf(opened: Export, manifest: ExportedFile, done: readonly ExportedFile[]): Manifest {
  const { contents, layout, target, token, takenAt } = opened
  const own: Manifest = {
    ...{
      longhaul: 'files',
      version: 1,
      format: target.format,
      options: layout.options,
      run: token.run,
      takenAt,
    },
    tables: contents.tables,
    after: [...contents.after, ...sequenceSql(contents)],
    files: done.map(({ file, rows, bytes, sha256 = '' }): ManifestFile => ({ file, rows, bytes, sha256 })),
  }
  return withEarlier(own, earlierManifest(opened, manifest))
}

/** Of files beside which these were put; entries of those that were replaced give way to ours. */
function earlierManifest({ home, token }: Export, { no, before }: ExportedFile): Manifest | undefined {
  if (before === undefined) return undefined
  return readJson<Manifest>(asidePath(home, token.run, no))
}

/** Files of both; of a table in both there is one entry, with all rows. */
function withEarlier(own: Manifest, earlier: Manifest | undefined): Manifest {
  if (earlier?.longhaul !== 'files' || earlier.format !== own.format) return own
  const files = [
    ...earlier.files.filter(({ file }) => !own.files.some(mine => mine.file === file)),
    ...own.files,
  ]
  const rowsOf = (table: string) => files.reduce((sum, { rows }) => sum + (rows[table] ?? 0), 0)
  const others = earlier.tables.filter(({ name }) => !own.tables.some(mine => mine.name === name))
  return {
    ...own,
    tables: [...others, ...own.tables].map(table => ({ ...table, rows: rowsOf(table.name) })),
    after: [...new Set([...earlier.after, ...own.after])],
    files,
  }
}

/** What holds the table alone goes, and the other files are written anew. Gives how many there are. */
export async function leaveTableOutOfFiles(
  { table, ...input }: ExportInput & { table: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  return withExport(input, { progress, signal }, async ({ home, db, where: { folder }, token, waiting }) => {
    const holding = [...allFiles(db)].filter(({ tables }) => tables.includes(table))
    const { changed, restored } = await lookAtFiles(db, holding, folder, progress)
    const place = { home, run: token.run, folder }
    return writing(db, waiting, () => {
      mustBeOurs(db, token)
      const touched = dropTable(db, token, table)
      for (const file of touched) {
        const isOurs =
          file.state === 'done'
            ? !changed.has(file.no) && !restored.has(file.no)
            : isUnrecorded(folder, token.run, file.file)
        if (isOurs) rmSync(join(folder, file.file), { force: true })
        putBack(place, file)
      }
      rmSync(backFolder(folder, token.run), { recursive: true, force: true })
      leaveTableOut(db, token.run, table)
      return touched.length
    })
  })
}
