/** The report as Markdown: what guide and auditor ask for, in an order in which one reads. */

import { showEndpoint } from './endpoint.ts'
import type { Finding } from './finding.ts'
import { bySeverity, isAccepted } from './finding.ts'
import {
  type FindingGroup,
  groupFindings,
  groupRemedy,
  MOST_SHOWN,
  missingLine,
  showObjects,
} from './finding-groups.ts'
import { escapeControls, showName } from './name-text.ts'
import type { LeftOut } from './plan.ts'
import type { PlanRequest } from './plan-request.ts'
import type { RunResult, StepProgress, TableResult, ViewResult } from './run.ts'
import { type TakenBack, takenBackText } from './taken-back.ts'

export interface ReportDocument {
  result: RunResult
  tables: TableResult[]
  steps: StepProgress[]
  request: PlanRequest
  findings: Finding[]
  leftOut: LeftOut[]
  /** Views that were compared, or why not. */
  views: ViewResult[]
  /** `since`: what became of the source after it, in words. */
  snapshot?: { how: string; bytes: number; seconds: number; since?: string }
  failure?: string
  /** Tables that an operator left out. */
  skippedTables?: string[]
  /** SQL that gives up for good what was put aside; empty where nothing was. */
  setAside?: string[]
  /** Whether anything was written to the target. */
  touched: boolean
  /** What became of the run since. */
  takenBack?: TakenBack
}

export function renderReport(report: ReportDocument): string {
  const sections = [
    heading(report),
    stateBefore(report),
    stepsPerformed(report),
    balanceSheet(report),
    views(report),
    setAside(report),
    issues(report),
    leftOut(report),
    operations(report),
    wayBack(report),
    signOff(report),
  ]
  return `${sections.filter(Boolean).join('\n\n')}\n`
}

function heading({ result, request, steps, failure, takenBack }: ReportDocument): string {
  const began =
    steps
      .map(s => s.startedAt)
      .filter(Boolean)
      .sort()[0] ?? ''
  const ended =
    steps
      .map(s => s.endedAt)
      .filter(Boolean)
      .sort()
      .at(-1) ?? ''
  const facts = [
    ...(takenBack ? [['Since then', `**${takenBackText(takenBack)}**`]] : []),
    [takenBack ? 'State before' : 'State', `**${result.state}**`],
    ['Verdict', `**${result.verdict}**`],
    ['Run', `\`${result.run}\``],
    ['Migration type', `${request.source.kind} → ${request.target.kind}`],
    ['Source', `\`${showEndpoint(request.source)}\` on host ${request.source.host}`],
    ['Target', `\`${showEndpoint(request.target)}\``],
    ['Began', began],
    ['Ended', ended],
    ...(request.reason ? [['Reason', cell(request.reason)]] : []),
    ...(request.operator ? [['Operator', cell(request.operator)]] : []),
    ...(result.planHash ? [['Plan', `\`${result.planHash}\``]] : []),
  ]
  const head = `# Migration ${result.name}\n\n| | |\n|---|---|\n${facts.map(([k, v]) => `| ${k} | ${v} |`).join('\n')}`
  const end = [failure, result.message].filter(Boolean).join('\n\n')
  return end ? `${head}\n\n${end}` : head
}

function stateBefore({ tables, snapshot }: ReportDocument): string {
  if (!snapshot) return ''
  const rows = tables.map(t => `- ${t.name}: ${t.expected}`)
  return [
    '## State before',
    `Snapshot of the source: ${snapshot.bytes} bytes in ${snapshot.seconds.toFixed(1)} s (${snapshot.how})${snapshot.since ? `; ${snapshot.since}` : ''}.`,
    ...(rows.length > 0 ? ['Rows of the source:', rows.join('\n')] : []),
  ].join('\n\n')
}

function stepsPerformed({ steps }: ReportDocument): string {
  const rows = steps.map(s => `| ${s.name} | ${s.state} | ${duration(s)} | ${cell(s.detail ?? '')} |`)
  return `## Steps\n\n| Step | State | Seconds | |\n|---|---|---:|---|\n${rows.join('\n')}`
}

const duration = ({ startedAt, endedAt }: StepProgress) =>
  startedAt && endedAt ? ((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1) : ''

function balanceSheet({ tables, skippedTables = [] }: ReportDocument): string {
  if (tables.length === 0) return ''
  const left = new Set(skippedTables)
  const head =
    '| Table | Source | Read | Written | Skipped | Quarantined | Altered | In target | Verdict | Seconds | Digest of the source | Digest of the target |\n' +
    '|---|---:|---:|---:|---:|---:|---:|---:|---|---:|---|---|'
  const rows = tables.map(
    t =>
      `| ${cell(t.name)} | ${t.expected} | ${t.read} | ${t.written} | ${t.skipped} | ${t.quarantined} | ${t.altered} | ${t.counted} | ${left.has(t.name) ? 'left out' : t.verdict} | ${t.seconds.toFixed(1)} | \`${t.sourceDigest}\` | \`${t.targetDigest}\` |`,
  )
  const sum = (of: (t: TableResult) => number) => tables.reduce((total, t) => total + of(t), 0)
  const total = `| **all** | ${sum(t => t.expected)} | ${sum(t => t.read)} | ${sum(t => t.written)} | ${sum(t => t.skipped)} | ${sum(t => t.quarantined)} | ${sum(t => t.altered)} | ${sum(t => t.counted)} | | | | |`
  return `## Balance sheet and state after\n\nread = written + skipped + quarantined; altered rows are among the written ones.\n\n${head}\n${rows.join('\n')}\n${total}`
}

function views({ views }: ReportDocument): string {
  if (views.length === 0) return ''
  const rows = views.map(
    v =>
      `| ${cell(v.name)} | ${v.verdict} | ${v.sourceRows ?? ''} | ${v.targetRows ?? ''} | ${cell(v.reason ?? '')} |`,
  )
  return `## Views\n\nAll rows that each view gives, on both engines.\n\n| View | Verdict | Rows in source | Rows in target | |\n|---|---|---:|---:|---|\n${rows.join('\n')}`
}

/** By reference: values of rows are for the files alone. */
function setAside({ result: { name, report } }: ReportDocument): string {
  const lines = [
    report?.quarantine &&
      `- In quarantine, not in the target: \`${report.quarantine}\`. Correct the plan file, then \`longhaul replay ${name} --plan FILE\`.`,
    report?.altered && `- Written with another value, the originals: \`${report.altered}\`.`,
  ].filter(Boolean)
  return lines.length > 0 ? `## Rows set aside\n\n${lines.join('\n')}` : ''
}

function issues({ result, findings, request, tables, skippedTables = [] }: ReportDocument): string {
  const groups = groupFindings([...findings].sort(bySeverity))
  // Each stands below with its remedy.
  const open = findings.filter(f => f.severity === 'incomplete' && !isAccepted(f, request.accept))
  const missing = new Set(groupFindings(open).map(missingLine))
  const lines = [
    ...result.differences.filter(d => !missing.has(d)).map(d => `- **difference**: ${cell(d)}`),
    ...skippedTables.map(table => `- **left out** by an operator: table ${cell(showName(table))}`),
    ...tables.flatMap(({ name, note }) =>
      note ? [`- **note** table ${cell(showName(name))}: ${cell(note)}`] : [],
    ),
    ...groups.map(findingLine),
  ]
  return `## Issues encountered\n\n${lines.length > 0 ? lines.join('\n') : 'None.'}`
}

function findingLine(group: FindingGroup): string {
  const { severity, code, message } = group.finding
  const label = severity === 'incomplete' ? 'not in the target' : severity
  const remedy = groupRemedy(group)
  return [
    `- **${label}** \`${code}\` ${cell(showObjects(group, group.objects.length))}: ${cell(message)}.`,
    ...(remedy ? [`${cell(remedy)}.`] : []),
  ].join(' ')
}

function leftOut({ result, leftOut: objects }: ReportDocument): string {
  const file = result.report?.leftOut && `The SQL is in \`${result.report.leftOut}\`.`
  if (objects.length === 0) return file ? `## Not in the target\n\n${file}` : ''
  const reasons = Map.groupBy(objects, ({ kind, reason }) => JSON.stringify([kind, reason]))
  const entries = [...reasons.values()].map(leftOutEntry)
  return ['## Not in the target', ...(file ? [file] : []), ...entries].join('\n\n')
}

/** Objects of one kind that are left out for one reason. */
function leftOutEntry(objects: LeftOut[]): string {
  const { kind, reason } = objects[0]!
  const shown = objects.slice(0, MOST_SHOWN).map(({ name }) => cell(name))
  const more = objects.length > MOST_SHOWN ? ` and ${objects.length - MOST_SHOWN} more` : ''
  const texts = Map.groupBy(objects, ({ sql }) => sql.trimEnd())
  const sql = [...texts].map(([text, same]) =>
    objects.length > 1
      ? `-- ${same.map(({ name }) => escapeControls(name)).join(', ')}\n${text};`
      : `${text};`,
  )
  return `### ${kind} ${shown.join(', ')}${more}\n\n${cell(reason)}\n\n~~~sql\n${sql.join('\n')}\n~~~`
}

function operations({ result: { events = [] } }: ReportDocument): string {
  if (events.length === 0) return ''
  const rows = events.map(
    ({ at, kind, object = '', detail = '', by = '', comment = '' }) =>
      `| ${at} | ${kind} | ${cell(object)} | ${cell(detail)} | ${cell(by)} | ${cell(comment)} |`,
  )
  return `## What operators did\n\n| When | What | About | Detail | By | Comment |\n|---|---|---|---|---|---|\n${rows.join('\n')}`
}

/** How it was prepared and proven before the first write, and what it costs to keep. */
function wayBack({ result, touched, steps, setAside = [], takenBack }: ReportDocument): string {
  const title = '## Rollback available'
  if (takenBack?.whole) return `${title}\n\nNo: the run was ${takenBackText(takenBack)}.`
  if (!touched || result.state === 'rolled back') return `${title}\n\nNothing of this run is in the target.`
  const prepared = steps.find(({ name }) => name === 'backup')?.detail
  return [
    title,
    `Yes: \`longhaul rollback ${result.name}\`; \`longhaul rollback ${result.name} --check\` says first what would be lost.`,
    ...(prepared ? [`The way back, as prepared before the first write: ${cell(prepared)}.`] : []),
    ...(setAside.length > 0
      ? [
          'What was replaced is kept aside. Once no rollback is wanted any more, this gives it up for good:',
          `~~~sql\n${setAside.map(sql => `${sql};`).join('\n')}\n~~~`,
        ]
      : []),
  ].join('\n\n')
}

function signOff({ request, result: { signOffs = [] } }: ReportDocument): string {
  const blank = '______________'
  const verified = signOffs.findLast(
    ({ gate, decision }) => gate === 'before-cutover' && decision === 'approved',
  )
  const decisions = signOffs.map(
    ({ gate, decision, by, at, comment }) =>
      `- Gate ${gate}: **${decision}** by ${cell(by)}, ${at}${comment ? `: ${cell(comment)}` : ''}`,
  )
  const people = [
    `- Migrated by: ${request.operator ? cell(request.operator) : blank}`,
    `- Verified by: ${verified ? cell(verified.by) : blank}`,
    `- Date: ${verified ? verified.at.slice(0, 10) : blank}`,
  ]
  return `## Sign-off\n\n${[...decisions, ...people].join('\n')}`
}

/** Text inside a table or a line of Markdown: no line breaks, no cell ends, no markup of others. */
const cell = (text: string) => text.replace(/[\r\n]+/g, ' ').replace(/[|<>`]/g, c => `\\${c}`)
