/** An export without a workflow: its jobs one after the other, in this thread. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { snapshotPath, writeArtifact } from '../../../activities/artifacts.ts'
import { finishExport } from '../../../activities/into-files/finish-job.ts'
import { filesLeft, tablesIn } from '../../../activities/into-files/make-plan.ts'
import { keepAside, makeFolders, openExport } from '../../../activities/into-files/open-job.ts'
import type { ExportRunPlace } from '../../../activities/into-files/place.ts'
import { type FilesPlanned, planFilesOf } from '../../../activities/into-files/plan-job.ts'
import { readAgain } from '../../../activities/into-files/validate-job.ts'
import { writeExport } from '../../../activities/into-files/write-job.ts'
import { makeFolder, runFolder } from '../../../home/home.ts'
import type { FilesEndpoint } from '../../../model/endpoint.ts'
import type { FileFormat, FileOptions } from '../../../model/files/options.ts'
import { planIntoFiles } from '../../../model/into-files/plan.ts'
import { type ExportRequest, planRequest, type RequestOptions } from '../../../model/plan-request.ts'
import { openSqlite } from '../../../stores/sqlite/store.ts'

export const silent = () => {}
export const never = new AbortController().signal

export interface Exporting {
  /** For sources and files. */
  folder: string
  home: string
  /** Makes a database there. */
  source(sql: string): string
}

export function exporting(t: TestContext): Exporting {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-export-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const source = (sql: string) => {
    const path = join(folder, 'app.db')
    const db = new Database(path)
    db.pragma('foreign_keys = OFF')
    db.exec(sql)
    db.close()
    return path
  }
  return { folder, home: join(folder, 'home'), source }
}

export interface Wanted {
  run?: string
  source: string
  format: FileFormat
  /** Relative to the folder. */
  to: string
  options?: FileOptions
  wishes?: RequestOptions
}

/** Preflight: gives what it found. */
export async function plan(
  { folder, home }: Exporting,
  { run = 'r', source, format, to, options = {}, wishes = {} }: Wanted,
) {
  const target: FilesEndpoint = { kind: 'files', format, path: join(folder, to), host: 'here', options }
  const request: ExportRequest = planRequest(
    { source: { kind: 'sqlite', path: source, host: 'here' }, target },
    wishes,
  )
  makeFolder(runFolder(run, home))
  new Database(source).exec(`VACUUM INTO '${snapshotPath(home, run)}'`).close()
  const store = openSqlite(snapshotPath(home, run))
  const schema = store.describe()
  const tables = schema.tables.map(table => store.scan(table, silent))
  store.close()
  const assessment = { source, takenAt: '2026-01-02T03:04:05.678Z', schema, tables, findings: [] }
  writeArtifact(home, run, 'assessment', assessment)
  const { plan, layout, chosen } = planIntoFiles(assessment, request, 'app', {
    isFolder: false,
    findings: [],
  })
  const refused = plan.findings.filter(({ severity }) => severity === 'refused')
  const only = request.again && filesLeft(home, request.again.run)
  const job = { home, run, request, layout, chosen, ...(only && { only }) }
  const { findings = [], rows }: Partial<FilesPlanned> =
    refused.length > 0 ? {} : await planFilesOf(job, silent)
  if (rows) plan.what.tables = tablesIn(plan.what.tables, rows)
  return { plan, findings: [...plan.findings, ...findings], request, target, run }
}

/** Up to the first file. */
export async function begin(world: Exporting, wanted: Wanted): Promise<ExportRunPlace> {
  const { plan: made, target, request, run } = await plan(world, wanted)
  const { home } = world
  const registration = {
    ...{ run, name: run, requestHash: run, plan: made, host: 'here', home, adopt: false, attempt: 1 },
    ...{ takenAt: '2026-01-02T03:04:05.678Z', fingerprint: '', source: wanted.source },
  }
  const { epoch } = await openExport({ home, registration, request }, silent, never)
  const place = { run, epoch, target, host: 'here' }
  await keepAside({ home, place }, silent, never)
  await makeFolders({ home, place }, silent, never)
  return place
}

/** From the first file to the comparison. */
export async function end({ home }: Exporting, place: ExportRunPlace, tables: string[]) {
  const written = await writeExport({ home, place, budgetMs: 60_000 }, silent, never)
  const finished = await finishExport({ home, place }, silent, never)
  writeArtifact(home, place.run, 'files', finished.exported)
  return { written, ...finished, results: await readAgain({ home, place, tables }, silent, never) }
}
