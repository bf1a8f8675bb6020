/** The end of a run in words: balance sheet, verdict, differences, findings, where the report lies. */
import type { FailureFacts } from '../../model/failure.ts'
import { EXIT, sentence } from '../../model/failure.ts'
import { bySeverity, type Finding, isAccepted, type Severity } from '../../model/finding.ts'
import {
  groupFindings,
  groupRemedy,
  MOST_SHOWN,
  missingLine,
  showObjects,
} from '../../model/finding-groups.ts'
import { showName } from '../../model/name-text.ts'
import type { Mode } from '../../model/payloads.ts'
import type { ReportFacts } from '../../model/report/document.ts'
import { NOT_ALL_BACK } from '../../model/report/headline.ts'
import { onlyRules } from '../../model/rules.ts'
import type { RunResult, TableResult } from '../../model/run.ts'
import { type TakenBack, takenBackText } from '../../model/taken-back.ts'
import { type Column, count, duration, plural, table } from './text.ts'

export interface Ending {
  result: RunResult
  failure?: FailureFacts
  /** The report, where it lies on this host. */
  report?: ReportFacts
  /** Page of the run in the Temporal UI. */
  page?: string
  mode: Mode
  /** What became of it since. */
  takenBack?: TakenBack
}

const right = 'right' as const
const COLUMNS: (Column<Line> & { ofCopy?: true })[] = [
  { title: 'table', value: t => showName(t.name) },
  { title: 'expected', value: t => count(t.expected), align: right },
  { title: 'read', value: t => count(t.read), align: right },
  { title: 'written', value: t => count(t.written), align: right, ofCopy: true },
  { title: 'skipped', value: t => count(t.skipped), align: right, ofCopy: true },
  { title: 'quarantined', value: t => count(t.quarantined), align: right },
  { title: 'altered', value: t => count(t.altered), align: right },
  { title: 'in target', value: t => count(t.counted), align: right },
  { title: 'verdict', value: t => (t.leftOut ? 'left out' : t.verdict) },
  { title: 'time', value: t => duration(t.seconds), align: right },
  {
    title: 'rows/s',
    value: t => (t.seconds > 0 && t.written > 0 ? count(t.written / t.seconds) : ''),
    align: right,
    ofCopy: true,
  },
]

/** Tables that a screen has room for. */
const MOST_TABLES = 40

/** A row of the balance sheet, with what an operator decided. */
type Line = TableResult & { leftOut: boolean }

const balanceOf = ({ tables, skippedTables = [] }: ReportFacts): Line[] =>
  tables.map(t => ({ ...t, leftOut: skippedTables.includes(t.name) }))

/** The balance sheet; of many tables those of which there is something to say, and the largest of the others. */
function balanceSheet(tables: readonly Line[], mode: Mode): string {
  const columns = mode === 'check' ? COLUMNS.filter(({ ofCopy }) => !ofCopy) : COLUMNS
  if (tables.length <= MOST_TABLES) return table(columns, tables)
  const whole = tables.filter(isWhole).sort((a, b) => b.read - a.read)
  const others = tables.length - whole.length
  const hidden = new Set(whole.slice(Math.max(MOST_TABLES - others, 0)))
  const rows = [...hidden].reduce((sum, { read }) => sum + read, 0)
  const shown = tables.filter(t => !hidden.has(t))
  return `${table(columns, shown)}\nand ${plural(hidden.size, 'table')} more, whole and equal: ${plural(rows, 'row')}`
}

const isWhole = ({ verdict, error, skipped, quarantined, altered }: TableResult) =>
  verdict === 'equal' && !error && skipped + quarantined + altered === 0

/** Everything that a reader wants to know at the end of a run, in paragraphs. */
export function endingText(ending: Ending): string {
  const { result, failure, report, page, mode, takenBack } = ending
  if (takenBack?.whole)
    return `${upper(takenBackText(takenBack))}. The run had ended as "${result.state}".\n\n${places(result, page)}`
  const paragraphs = [
    takenBack ? `${upper(takenBackText(takenBack))}. Before that:` : '',
    report?.tables?.length ? balanceSheet(balanceOf(report), mode) : '',
    findingsText(findingsOf(result, report), report?.request.accept, ended(result, mode)),
    failure
      ? `${upper(sentence(failure))}${result.message ? `\n${result.message}` : ''}`
      : verdictLine(result, mode),
    differencesText(result, report),
    places(result, page),
  ]
  return paragraphs.filter(Boolean).join('\n\n')
}

/** `Complete and valid: 7 tables, 320,412 rows; source and target are equal.` */
function verdictLine(result: RunResult, mode: Mode): string {
  const size = `${plural(result.tables, 'table')}, ${plural(result.rows, 'row')}`
  if (mode === 'preflight') return preflightLine(result, size)
  const head = {
    done: result.verdict === 'equal' ? 'Complete and valid' : 'Done',
    'done with differences': 'Complete, with differences',
  }
  const lead =
    mode === 'check'
      ? comparisonLead(result)
      : (head[result.state as keyof typeof head] ?? upper(result.state))
  return `${lead}: ${size}; ${saidOf(result, mode)}.${result.message ? `\n${result.message}` : ''}`
}

function saidOf({ verdict, differences }: RunResult, mode: Mode): string {
  if (verdict === 'not checked') return 'nothing was compared'
  if (verdict === 'equal' && differences.length > 0 && mode !== 'check')
    return 'the rows that were copied are equal'
  if (verdict === 'equal') return 'source and target are equal'
  return onlyRules(differences)
    ? 'source and target are equal, but rules of the plan do not hold'
    : 'source and target differ'
}

/** Where only the way back was found wanting, source and target are equal all the same. */
function comparisonLead({ state, verdict }: RunResult): string {
  if (state !== 'done' && state !== 'done with differences') return upper(state)
  return state === 'done with differences' && verdict === 'equal' ? NOT_ALL_BACK : 'Compared'
}

function preflightLine({ exit, message }: RunResult, size: string): string {
  const outcome = exit === EXIT.complete ? 'Preflight found nothing in the way' : 'Preflight refuses the run'
  return `${outcome}: ${size}. Nothing was written; the source was only read.${message ? `\n${message}` : ''}`
}

function findingsOf(result: RunResult, report: ReportFacts | undefined): Finding[] {
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

const NEEDS: readonly Severity[] = ['consent', 'incomplete']

/** What will be missing is missing once a run has ended well. */
const ended = ({ state }: RunResult, mode: Mode): boolean =>
  mode === 'full' && (state === 'done' || state === 'done with differences')

/** Each object that stops a run has to be dealt with, so each is named. */
const blocks = (severity: Severity) => severity === 'refused' || severity === 'consent'

/** Findings with their remedies, the gravest first, those that say the same of many objects as one. */
export function findingsText(
  findings: readonly Finding[],
  accept: readonly string[] = [],
  ended = false,
): string {
  const lines = groupFindings(findings).map(group => {
    const { severity, code, message } = group.finding
    const accepted =
      NEEDS.includes(severity) &&
      group.objects.every(object => isAccepted({ ...group.finding, object }, accept))
    const label = ended && severity === 'incomplete' ? 'missing' : LABELS[severity]
    const remedy = accepted ? undefined : groupRemedy(group)
    return [
      `  ${label}${accepted ? ', accepted' : ''} [${code}] ${showObjects(group, blocks(severity) ? group.objects.length : MOST_SHOWN)}: ${message}`,
      ...(remedy ? [`    ${remedy}`] : []),
    ].join('\n')
  })
  return lines.length ? ['Findings:', ...lines].join('\n') : ''
}

/** What is missing stands among the findings that are shown, each with its remedy: here is only how much it is. */
function differencesText({ differences }: RunResult, report: ReportFacts | undefined): string {
  const accept = report?.request.accept ?? []
  const open = report?.findings.filter(f => f.severity === 'incomplete' && !isAccepted(f, accept)) ?? []
  const missing = groupFindings(open)
  const told = new Map(missing.map(group => [missingLine(group), group.objects.length]))
  const lines = differences.filter(line => !told.has(line))
  const objects = differences.reduce((sum, line) => sum + (told.get(line) ?? 0), 0)
  const rest = objects > 0 ? [`${plural(objects, 'object')} not in the target: see "missing" above`] : []
  const all = [...lines, ...rest]
  return all.length ? ['Differences:', ...all.map(line => `  ${line}`)].join('\n') : ''
}

function places({ report, run, name, signOffs }: RunResult, page: string | undefined): string {
  const lines = [`Run:      ${name} (${run})`]
  if (report) lines.push(`Report:   ${report.markdown} on host ${report.host}`)
  if (report?.html) lines.push(`Page:     ${report.html} (the same, to read, print and sign)`)
  if (report?.assessment)
    lines.push(`Examples: ${report.assessment} (rows that the findings are about, by key)`)
  if (report?.leftOut) lines.push(`Left out: ${report.leftOut} (SQL of what the target does not have)`)
  if (report?.quarantine) {
    lines.push(`In quarantine: ${report.quarantine}`)
    lines.push(`  Correct the plan file, then write those rows with "longhaul replay ${name} --plan FILE"`)
  }
  for (const { gate, decision, by } of signOffs ?? []) lines.push(`Sign-off: ${gate} ${decision} by ${by}`)
  if (report?.altered) lines.push(`Altered: ${report.altered} (the original values)`)
  if (page) lines.push(`Temporal: ${page}`)
  return lines.join('\n')
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
