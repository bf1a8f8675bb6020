/** The last steps of an export: what stands beside the files, and each file read again. */
import type { TableResult } from '../../model/run.ts'
import { findArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { ExportRunPlace } from './place.ts'

/** Returns what could not be written, in words without values. Names of files are in the run's folder. */
export async function finishKeys(
  { home, log }: Work,
  { place }: { place: ExportRunPlace },
): Promise<string[]> {
  const { run } = place
  const { lines, exported, files } = await runJob('finishExport', { home, place })
  writeArtifact(home, run, 'files', exported)
  const intake = findArtifact(home, run, 'intake') ?? { files: [], tables: [], rejected: [] }
  // Those of a source that is files are told.
  if (intake.files.length === 0) writeArtifact(home, run, 'intake', { ...intake, files })
  log.info({ files: exported.files.length, failed: exported.failed.length }, 'files finished')
  return lines.slice(0, 500)
}

/** Scripts for PostgreSQL are read by nobody here. */
export async function validateTables(
  { home, log }: Work,
  { place, tables }: { place: ExportRunPlace; tables: string[] },
): Promise<TableResult[]> {
  const { format, options } = place.target
  if (format === 'sql' && options.dialect === 'postgres') return []
  const results = await runJob('readAgain', { home, place, tables })
  for (const { name, expected, counted, verdict } of results)
    log.info({ table: name, expected, counted, verdict }, 'validated')
  return results
}
