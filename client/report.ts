/** The report that a run left on its host, found through its result or in the state folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readJson } from '../home/home.ts'
import type { AssessDocument } from '../model/assess-document.ts'
import { Failure } from '../model/failure.ts'
import type { Preview } from '../model/mapping/show-preview.ts'
import type { Suggestion } from '../model/mapping/suggest.ts'
import type { Plan } from '../model/plan.ts'
import { type RollbackDocument, renderRollback } from '../model/render-rollback.ts'
import { reportOf } from '../model/report/account.ts'
import type { ReportDocument, ReportFacts, ReportFormat } from '../model/report/document.ts'
import { htmlReport } from '../model/report/html/page.ts'
import { markdownReport } from '../model/report/markdown.ts'
import type { RunResult } from '../model/run.ts'
import { takenBackBy } from '../model/taken-back.ts'
import type { Surroundings } from './here.ts'

/** The report of a result, where it lies on this host. */
export function readReport({ report }: RunResult, { here }: Surroundings): ReportDocument | undefined {
  const facts = report && report.host === here.host ? readJson<ReportFacts>(report.json) : undefined
  return facts && reportOf(facts)
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

/** Rows before and after a mapping, which lie beside the report. */
export const readPreview = ({ report }: RunResult, { here }: Surroundings): Preview | undefined =>
  report?.host === here.host ? readJson<Preview>(join(dirname(report.json), 'preview.json')) : undefined

/** A first mapping, which lies beside the report. */
export const readSuggestion = ({ report }: RunResult, { here }: Surroundings): Suggestion | undefined =>
  report?.host === here.host ? readJson<Suggestion>(join(dirname(report.json), 'suggestion.json')) : undefined

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
interface FoundReport {
  facts: ReportFacts
  folder: string
}

/**
 * The latest report of a run by name or the start of its UUID, as it is true now: where the run or a part of it was
 * taken back since, with the report of that. Needs no server. Fails with `usage`.
 */
export function findReport(id: string, around: Surroundings): ReportDocument {
  return reportOf(asOfNow(latest(id, around)))
}

/** What was seen of every run that has a report here, the newest first. */
export const everyReport = ({ home }: Surroundings): ReportFacts[] => reports(home).map(asOfNow)

function asOfNow({ facts, folder }: FoundReport): ReportFacts {
  const rollback = readJson<RollbackDocument>(join(folder, 'rollback.json'))
  if (!rollback) return facts
  const { run, scope, outcome, endedAt } = rollback
  return { ...facts, rollback, takenBack: takenBackBy(run, scope, outcome, endedAt) }
}

function latest(id: string, { home }: Surroundings): FoundReport {
  const found = reports(home).filter(
    ({ facts: { result } }) => result.name === id || result.run.startsWith(id),
  )
  const runs = new Set(found.map(({ facts }) => facts.result.run))
  const byName = found.some(({ facts }) => facts.result.name === id)
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
  const runs = join(home, 'runs')
  return names(runs)
    .flatMap(run => {
      const folder = join(runs, run)
      const facts = readJson<ReportFacts>(join(folder, 'report.json'))
      return facts?.result ? [{ facts, folder }] : []
    })
    .sort((a, b) => startOf(b).localeCompare(startOf(a)))
}

const startOf = ({ facts }: FoundReport) => facts.steps.find(step => step.startedAt)?.startedAt ?? ''

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The report as a text of that format, with a line end. */
export function reportText(report: ReportDocument, format: ReportFormat): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`
  if (format === 'html') return htmlReport(report)
  const { rollback } = report
  return rollback ? `${renderRollback(rollback)}\n${markdownReport(report)}` : markdownReport(report)
}
