/** The end of a run in words: balance sheet, verdict, differences, findings, where the report lies. */
import type { FailureFacts } from '../../model/failure.ts'
import { EXIT, sentence } from '../../model/failure.ts'
import { bySeverity, type Finding } from '../../model/finding.ts'
import { showName } from '../../model/name-text.ts'
import type { Mode } from '../../model/payloads.ts'
import type { ReportDocument } from '../../model/render-report.ts'
import type { RunResult, TableResult } from '../../model/run.ts'
import { type Column, count, duration, plural, table } from './text.ts'

export interface Ending {
  result: RunResult
  failure?: FailureFacts
  /** The report, where it lies on this host. */
  report?: ReportDocument
  /** Page of the run in the Temporal UI. */
  page?: string
  mode: Mode
}

const right = 'right' as const
const COLUMNS: Column<TableResult>[] = [
  { title: 'table', value: t => showName(t.name) },
  { title: 'expected', value: t => count(t.expected), align: right },
  { title: 'read', value: t => count(t.read), align: right },
  { title: 'written', value: t => count(t.written), align: right },
  { title: 'skipped', value: t => count(t.skipped), align: right },
  { title: 'quarantined', value: t => count(t.quarantined), align: right },
  { title: 'altered', value: t => count(t.altered), align: right },
  { title: 'in target', value: t => count(t.counted), align: right },
  { title: 'verdict', value: t => t.verdict },
  { title: 'time', value: t => duration(t.seconds), align: right },
  {
    title: 'rows/s',
    value: t => (t.seconds > 0 && t.written > 0 ? count(t.written / t.seconds) : ''),
    align: right,
  },
]

/** The balance sheet. */
export function balanceSheet(tables: readonly TableResult[]): string {
  return table(COLUMNS, tables)
}

/** Everything that a reader wants to know at the end of a run, in paragraphs. */
export function endingText({ result, failure, report, page, mode }: Ending): string {
  const paragraphs = [
    report?.tables?.length ? balanceSheet(report.tables) : '',
    findingsText(findingsOf(result, report)),
    failure
      ? `${upper(sentence(failure))}${result.message ? `\n${result.message}` : ''}`
      : verdictLine(result, mode),
    differencesText(result),
    places(result, page),
  ]
  return paragraphs.filter(Boolean).join('\n\n')
}

/** `Complete and valid: 7 tables, 320,412 rows; source and target are equal.` */
function verdictLine(result: RunResult, mode: Mode): string {
  const size = `${plural(result.tables, 'table')}, ${plural(result.rows, 'row')}`
  if (mode === 'preflight') return preflightLine(result, size)
  const words = {
    equal: 'source and target are equal',
    different: 'source and target differ',
    'not checked': 'nothing was compared',
  }
  const head = {
    done: result.verdict === 'equal' ? 'Complete and valid' : 'Done',
    'done with differences': 'Complete, with differences',
  }
  const lead = head[result.state as keyof typeof head] ?? upper(result.state)
  return `${lead}: ${size}; ${words[result.verdict]}.${result.message ? `\n${result.message}` : ''}`
}

function preflightLine({ exit, message }: RunResult, size: string): string {
  const outcome = exit === EXIT.complete ? 'Preflight found nothing in the way' : 'Preflight refuses the run'
  return `${outcome}: ${size}. Nothing was written; the source was only read.${message ? `\n${message}` : ''}`
}

function findingsOf(result: RunResult, report: ReportDocument | undefined): Finding[] {
  const all = report?.findings ?? result.findings
  return all.filter(finding => finding.severity !== 'note').sort(bySeverity)
}

const LABELS = {
  refused: 'refused',
  consent: 'needs consent',
  incomplete: 'will be missing',
  warning: 'warning',
  note: 'note',
}

/** Findings with their remedies, the gravest first. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.map(f => {
    const remedy = f.remedy ? `\n    ${f.remedy}` : ''
    return `  ${LABELS[f.severity]} [${f.code}] ${f.object}: ${f.message}${remedy}`
  })
  return lines.length ? ['Findings:', ...lines].join('\n') : ''
}

function differencesText({ differences }: RunResult): string {
  return differences.length ? ['Differences:', ...differences.map(d => `  ${d}`)].join('\n') : ''
}

function places({ report, run, name }: RunResult, page: string | undefined): string {
  const lines = [`Run:      ${name} (${run})`]
  if (report) lines.push(`Report:   ${report.markdown} on host ${report.host}`)
  if (report?.leftOut) lines.push(`Left out: ${report.leftOut} (SQL of what the target does not have)`)
  if (report?.quarantine) {
    lines.push(`In quarantine: ${report.quarantine}`)
    lines.push(`  Correct the plan file, then write those rows with "longhaul replay ${name} --plan FILE"`)
  }
  if (report?.altered) lines.push(`Altered: ${report.altered} (the original values)`)
  if (page) lines.push(`Temporal: ${page}`)
  return lines.join('\n')
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
