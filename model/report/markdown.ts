/** The report as Markdown: what guide and auditor ask for, in an order in which one reads. */
import { kindName, showEndpoint } from '../endpoint.ts'
import { OF_COPY, type ReportDocument, SUMMED } from './document.ts'
import { comparison } from './markdown-baseline.ts'
import { consents, issues, leftOut, operations, setAside, signOff } from './markdown-findings.ts'
import { intake } from './markdown-intake.ts'
import { repairs } from './markdown-repairs.ts'
import { schema } from './markdown-schema.ts'
import { block, cell, code, list, table } from './markdown-text.ts'
import { unequalRows, wouldNotReturn } from './markdown-unequal.ts'
import { secondsOf, stretchOf, wholeStretch } from './times.ts'

export function markdownReport(report: ReportDocument): string {
  const sections = [
    heading(report),
    stateBefore(report),
    stepsPerformed(report),
    intake(report),
    balanceSheet(report),
    unequalRows(report),
    wouldNotReturn(report),
    views(report),
    schema(report),
    rules(report),
    comparison(report),
    setAside(report),
    repairs(report),
    issues(report),
    leftOut(report),
    consents(report),
    operations(report),
    notChecked(report),
    wayBack(report),
    signOff(report),
  ]
  return `${sections.filter(Boolean).join('\n\n')}\n`
}

function heading(report: ReportDocument): string {
  const { result, failure, headline } = report
  const verdict = `**${cell(headline.title)}**: ${cell(headline.text)}.`
  const end = [failure, result.message].flatMap(text => (text ? [cell(text)] : []))
  return [`# Migration ${cell(result.name)}`, verdict, table(['', ''], 'll', facts(report)), ...end].join(
    '\n\n',
  )
}

function facts({ result, request, steps, takenBack }: ReportDocument): string[][] {
  const whole = wholeStretch(steps)
  const time = (at: number | undefined) => (at === undefined ? '' : new Date(at).toISOString())
  return [
    [takenBack ? 'State before' : 'State', `**${result.state}**`],
    ['Verdict', `**${result.verdict}**`],
    ['Run', code(result.run)],
    ['Migration type', cell(`${kindName(request.source)} → ${kindName(request.target)}`)],
    ['Source', `${code(showEndpoint(request.source))} on host ${cell(request.source.host)}`],
    ['Target', code(showEndpoint(request.target))],
    ['Began', time(whole?.from)],
    ['Ended', time(whole?.to)],
    ...(request.reason ? [['Reason', cell(request.reason)]] : []),
    ...(request.operator ? [['Operator', cell(request.operator)]] : []),
    ...(result.planHash ? [['Plan', code(result.planHash)]] : []),
  ]
}

function stateBefore({ tables, snapshot }: ReportDocument): string {
  if (!snapshot) return ''
  const { bytes, seconds, how, since } = snapshot
  return [
    '## State before',
    // One that the server holds is no file.
    `Snapshot of the source: ${bytes > 0 ? `${bytes} bytes in ` : ''}${seconds.toFixed(1)} s (${cell(how)})${since ? `; ${cell(since)}` : ''}.`,
    ...(tables.length > 0
      ? ['Rows of the source:', list(tables.map(t => `${cell(t.name)}: ${t.expected}`))]
      : []),
  ].join('\n\n')
}

function stepsPerformed({ steps }: ReportDocument): string {
  const rows = steps.map(step => {
    const stretch = stretchOf(step)
    return [
      cell(step.name),
      step.state,
      stretch ? secondsOf(stretch).toFixed(1) : '',
      cell(step.detail ?? ''),
    ]
  })
  return `## Steps\n\n${table(['Step', 'State', 'Seconds', ''], 'llrl', rows)}`
}

const AMOUNTS: Record<(typeof SUMMED)[number], string> = {
  expected: 'Source',
  read: 'Read',
  written: 'Written',
  skipped: 'Skipped',
  quarantined: 'Quarantined',
  altered: 'Altered',
  counted: 'In target',
  bytes: 'Bytes',
}

function balanceSheet({ tables, skippedTables = [], mode }: ReportDocument): string {
  if (tables.length === 0) return ''
  const left = new Set(skippedTables)
  const keys = mode === 'check' ? SUMMED.filter(key => !OF_COPY.has(key)) : SUMMED
  const rows = tables.map(t => [
    cell(t.name),
    ...keys.map(key => String(t[key])),
    left.has(t.name) ? 'left out' : t.verdict,
    t.seconds.toFixed(1),
    code(t.sourceDigest),
    code(t.targetDigest),
  ])
  const sums = keys.map(key => String(tables.reduce((sum, t) => sum + t[key], 0)))
  return [
    '## Balance sheet and state after',
    mode === 'check'
      ? 'Rows as both sides have them now.'
      : 'read = written + skipped + quarantined; altered rows are among the written ones.',
    table(
      [
        'Table',
        ...keys.map(key => AMOUNTS[key]),
        'Verdict',
        'Seconds',
        'Digest of the source',
        'Digest of the target',
      ],
      `l${'r'.repeat(keys.length)}lrll`,
      [...rows, ['**all**', ...sums, '', '', '', '']],
    ),
  ].join('\n\n')
}

function views({ views }: ReportDocument): string {
  if (views.length === 0) return ''
  const rows = views.map(v => [
    cell(v.name),
    v.verdict,
    String(v.sourceRows ?? ''),
    String(v.targetRows ?? ''),
    cell(v.reason ?? ''),
  ])
  const titles = ['View', 'Verdict', 'Rows in source', 'Rows in target', '']
  return `## Views\n\nAll rows that each view gives, on both engines.\n\n${table(titles, 'llrrl', rows)}`
}

function rules({ rules = [] }: ReportDocument): string {
  if (rules.length === 0) return ''
  const rows = rules.map(({ name, kind, verdict, rows, reason = '' }) => [
    ...[
      cell(name),
      cell(kind),
      verdict === 'broken' ? '**broken**' : verdict,
      String(rows ?? ''),
      cell(reason),
    ],
  ])
  const titles = ['Rule', 'Kind', 'Verdict', 'Rows that break it', '']
  return `## Rules\n\nWhat the plan asks of the target.\n\n${table(titles, 'lllrl', rows)}`
}

const notChecked = ({ notChecked }: ReportDocument): string =>
  notChecked.length > 0 ? `## What was not checked\n\n${list(notChecked.map(line => `${cell(line)}.`))}` : ''

/** How it was prepared and proven before the first write, and what it costs to keep. */
function wayBack({
  wayBack: { possible, text, command, check, prepared },
  setAside = [],
}: ReportDocument): string {
  const title = '## Rollback available'
  if (!possible || !command || !check) return `${title}\n\nNo. ${cell(text)}.`
  return [
    title,
    `Yes: ${code(command)}; ${code(check)} says first what would be lost.`,
    ...(prepared ? [`The way back, as prepared before the first write: ${cell(prepared)}.`] : []),
    ...(setAside.length > 0
      ? [
          'What was replaced is kept aside. Once no rollback is wanted any more, this gives it up for good:',
          block('sql', setAside.map(sql => `${sql};`).join('\n')),
        ]
      : []),
  ].join('\n\n')
}
