/** The report that a run left on its host, found through its result or in the state folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readJson } from '../home/home.ts'
import type { AssessDocument } from '../model/assess-document.ts'
import { Failure } from '../model/failure.ts'
import type { Plan } from '../model/plan.ts'
import { type ReportDocument, renderReport } from '../model/render-report.ts'
import type { RollbackDocument } from '../model/render-rollback.ts'
import type { RunResult } from '../model/run.ts'
import { takenBackBy } from '../model/taken-back.ts'
import type { Surroundings } from './here.ts'

/** The report of a result, where it lies on this host. */
export function readReport({ report }: RunResult, { here }: Surroundings): ReportDocument | undefined {
  return report && report.host === here.host ? readJson<ReportDocument>(report.json) : undefined
}

/** The plan of a result, which lies beside its report. */
export function readPlanOf({ report }: RunResult, { here }: Surroundings): Plan | undefined {
  return report && report.host === here.host
    ? readJson<Plan>(join(dirname(report.json), 'plan.json'))
    : undefined
}

/** The SQL of a plan that is not refused, which lies beside its report. */
export function readScriptsOf({ report }: RunResult, { here }: Surroundings): FoundScripts | undefined {
  if (report?.host !== here.host) return undefined
  const folder = dirname(report.json)
  const [schema, rollback] = [join(folder, 'schema.sql'), join(folder, 'rollback.sql')]
  if (!existsSync(schema)) return undefined
  return {
    sql: readFileSync(schema, 'utf8'),
    rollback: readFileSync(rollback, 'utf8'),
    rollbackPath: rollback,
  }
}

export interface FoundScripts {
  sql: string
  rollback: string
  rollbackPath: string
}

/** What `assess` found, as a document and as text. */
export interface FoundAssessment {
  document: AssessDocument
  text: string
  json: string
  markdown: string
}

/** The assessment of a result, which lies beside its report. */
export function readAssessment({ report }: RunResult, { here }: Surroundings): FoundAssessment | undefined {
  if (report?.host !== here.host) return undefined
  const folder = dirname(report.json)
  const [json, markdown] = [join(folder, 'assess.json'), join(folder, 'assess.md')]
  const document = readJson<AssessDocument>(json)
  return document && { document, text: readFileSync(markdown, 'utf8'), json, markdown }
}

/** A report in the state folder. */
export interface FoundReport {
  document: ReportDocument
  json: string
  markdown: string
}

/** The latest report of a run by name or the start of its UUID; needs no server. Fails with `usage`. */
export function findReport(id: string, { home }: Surroundings): FoundReport {
  const found = reports(home).filter(
    ({ document: { result } }) => result.name === id || result.run.startsWith(id),
  )
  const runs = new Set(found.map(({ document }) => document.result.run))
  const byName = found.some(({ document }) => document.result.name === id)
  if (found[0] && (byName || runs.size === 1)) return found[0]
  throw new Failure({
    code: 'usage',
    object: `run ${id}`,
    message: found.length ? 'several runs have an id that begins so' : `no report of it is in ${home}`,
    remedy:
      'See "longhaul list"; a report lies on the host that has the source, and only once its run has ended',
  })
}

/** All reports of this home, the newest first. */
function reports(home: string): FoundReport[] {
  const folder = join(home, 'runs')
  return names(folder)
    .flatMap(run => {
      const json = join(folder, run, 'report.json')
      const document = readJson<ReportDocument>(json)
      return document?.result ? [{ document, json, markdown: join(dirname(json), 'report.md') }] : []
    })
    .sort((a, b) => startOf(b).localeCompare(startOf(a)))
}

const startOf = ({ document }: FoundReport) => document.steps.find(step => step.startedAt)?.startedAt ?? ''

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The text of a report as it is true now: where the run or a part of it was taken back since, with the report of that. */
export function reportText({ json, markdown, document }: FoundReport, asJson: boolean): string {
  const folder = dirname(json)
  const rollback = readJson<RollbackDocument>(join(folder, 'rollback.json'))
  if (asJson)
    return rollback ? JSON.stringify({ ...document, rollback }, null, 2) : readFileSync(json, 'utf8')
  if (!rollback) return readFileSync(markdown, 'utf8')
  const { run, scope, outcome, endedAt } = rollback
  const takenBack = takenBackBy(run, scope, outcome, endedAt)
  return `${readFileSync(join(folder, 'rollback.md'), 'utf8')}\n${renderReport({ ...document, takenBack })}`
}
