/** The validate step of PostgreSQL → SQLite. */
import type { Located } from '../../model/located.ts'
import type { ViewsCompared } from '../../model/payloads.ts'
import type { IntoSqliteRequest } from '../../model/plan-request.ts'
import type { TableResult } from '../../model/run.ts'
import { isNamedIn, type SchemaCompared, schemaDifference } from '../../model/schema-compared.ts'
import { differencesOfViews } from '../../model/view-results.ts'
import { readArtifact, writeArtifact } from '../artifacts.ts'
import type { Work } from '../edge.ts'
import { runJob } from '../jobs.ts'
import type { FilePlace } from './file.ts'
import { runSourceJob } from './source-of-run.ts'

/** Counts and a digest over every row, source against target. */
export async function validateTables(
  { log }: Work,
  { place, tables }: { place: FilePlace; tables: string[] },
): Promise<TableResult[]> {
  const results = await runJob('digestOfFile', { place, tables })
  for (const { name, expected, counted, verdict } of results)
    log.info({ table: name, expected, counted, verdict }, 'validated')
  return results
}

/** Which rows differ. */
export async function locateDifferences(
  { home, log }: Work,
  { place, tables }: { place: FilePlace; tables: string[] },
): Promise<Record<string, Located>> {
  const located = await runSourceJob(home, place, 'locateInFile', { home, place, tables })
  for (const [table, { missing, surplus, different }] of Object.entries(located))
    log.info({ table, missing, surplus, different }, 'rows that differ')
  return located
}

/** Views are made and their queries compiled; what they give is compared with nothing. */
export async function compareViews({ home }: Work, { place }: { place: FilePlace }): Promise<ViewsCompared> {
  const { what } = readArtifact(home, place.run, 'plan')
  const reason =
    place.source === 'staged'
      ? 'they have the definition that they have in the source, and rows that are compared'
      : 'views of PostgreSQL are not compared with those of SQLite'
  const results = what.views.map(({ name }) => ({ name, verdict: 'not compared' as const, reason }))
  writeArtifact(home, place.run, 'views', results)
  return differencesOfViews(results)
}

/** What travels as a payload has a bound; the report has all of them. */
const MOST_TOLD = 500

/** Of a file that others made: their definitions have the same meaning in other words. */
const ROWS_ALONE: SchemaCompared = {
  differences: [],
  counts: [],
  notCompared: ['keys, indexes and rules of the file: a check of SQLite compares rows'],
}

/** Tables, indexes and views of the file against the plan. Keeps what it found for the report. */
export async function compareSchema(
  { home, log }: Work,
  { run, request }: { run: string; request: IntoSqliteRequest },
): Promise<string[]> {
  const compared =
    request.scope === 'check' ? ROWS_ALONE : await runJob('shapeOfFile', { run, path: request.target.path })
  writeArtifact(home, run, 'schema', compared)
  const open = compared.differences.filter(finding => !isNamedIn(finding, request.accept))
  log.info({ differences: compared.differences.length, open: open.length }, 'schema compared')
  return open.slice(0, MOST_TOLD).map(schemaDifference)
}

/** No rule is asked of SQLite yet. */
export async function checkRules(
  _work: Work,
  { request }: { run: string; request: IntoSqliteRequest },
): Promise<string[]> {
  const rules = request.file?.rules?.length ?? 0
  return rules === 0 ? [] : [`${rules} rule(s) of the plan were not checked: no rule is asked of SQLite`]
}
