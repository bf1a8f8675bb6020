/** What differs, what was found and what to do about it, and what the target does not have. */
import { number } from '../../amounts.ts'
import { bySeverity, type Severity } from '../../finding.ts'
import { type FindingGroup, groupFindings, groupRemedy } from '../../finding-groups.ts'
import { showName } from '../../name-text.ts'
import { isOpen } from '../account.ts'
import type { ReportDocument, Tone } from '../document.ts'
import { leftOutSql, otherDifferences, sameReason } from '../left-out.ts'
import { type Html, html, list, more, pill, section } from './markup.ts'

export function differences(report: ReportDocument): Html | undefined {
  const { result, skippedTables = [] } = report
  const { name, report: files } = result
  const missing = result.differences.length - otherDifferences(report).length
  const lines = [
    ...otherDifferences(report).map(line => html`${line}`),
    ...skippedTables.map(table => html`Table ${showName(table)} was left out by an operator`),
    ...(missing > 0
      ? [html`<a href="#findings">Objects that are not in the target</a> are among the findings`]
      : []),
  ]
  const aside = [
    ...(files?.quarantine
      ? [
          html`In quarantine, not in the target: <code>${files.quarantine}</code>. Correct the plan file, then <code>longhaul replay ${name} --plan FILE</code>`,
        ]
      : []),
    ...(files?.altered
      ? [html`Written with another value by consent, the originals: <code>${files.altered}</code>`]
      : []),
  ]
  if (lines.length + aside.length === 0) return undefined
  return section(
    'differences',
    lines.length > 0 ? 'What differs' : 'Rows set aside',
    html`${lines.length > 0 ? list(lines) : undefined}${lines.length > 0 && aside.length > 0 ? html`<h3>Rows set aside</h3>` : undefined}${aside.length > 0 ? list(aside) : undefined}`,
  )
}

const LABELS: Readonly<Record<Severity, readonly [Tone, string]>> = {
  refused: ['bad', 'refused'],
  consent: ['bad', 'needs consent'],
  incomplete: ['warn', 'not in the target'],
  warning: ['warn', 'warning'],
  note: ['plain', 'note'],
}

export function findings(report: ReportDocument): Html {
  const groups = groupFindings([...report.findings].sort(bySeverity))
  const [notes, others] = [
    groups.filter(({ finding }) => finding.severity === 'note'),
    groups.filter(({ finding }) => finding.severity !== 'note'),
  ]
  const items = (some: readonly FindingGroup[]) =>
    html`<ul class="findings">${some.map(group => item(report, group))}</ul>`
  return section(
    'findings',
    'Findings',
    groups.length === 0
      ? html`<p>None.</p>`
      : html`${others.length > 0 ? items(others) : undefined}${
          notes.length > 0
            ? more(`${number(notes.length)} ${notes.length === 1 ? 'note' : 'notes'}`, items(notes))
            : undefined
        }`,
  )
}

function item(report: ReportDocument, group: FindingGroup): Html {
  const { severity, code, message } = group.finding
  const accepted = group.objects.every(object => !isOpen(report, { ...group.finding, object }))
  const [tone, label] = LABELS[severity]
  const remedy = accepted ? undefined : groupRemedy(group)
  return html`<li>${accepted ? pill('plain', `${label}, accepted`) : pill(tone, label)} <code>${code}</code>
<p>${objectsOf(group)}: ${message}.</p>${remedy ? html`<p class="remedy">${remedy}.</p>` : undefined}</li>
`
}

/** Names that stand in a sentence; the others are for who opens them. */
const MOST_NAMES = 12

function objectsOf({ objects }: FindingGroup): Html {
  const first = objects.slice(0, MOST_NAMES).join(', ')
  const rest = objects.slice(MOST_NAMES)
  return rest.length === 0
    ? html`<b>${first}</b>`
    : html`<b>${first}</b> and ${number(rest.length)} more ${more('which', html`<p>${rest.join(', ')}</p>`)}`
}

export function leftOut({ leftOut: objects, result }: ReportDocument): Html | undefined {
  const file = result.report?.leftOut
  if (objects.length === 0 && !file) return undefined
  return section(
    'left-out',
    'Not in the target',
    html`${file ? html`<p>All of it as one script: <code>${file}</code></p>` : undefined}${sameReason(
      objects,
    ).map(
      same => html`<div class="entry"><h3>${same[0]!.kind} ${same.map(({ name }) => name).join(', ')}</h3>
<p>${same[0]!.reason}</p>
${more('SQL of the source', html`<pre><code>${leftOutSql(same)}</code></pre>`)}</div>
`,
    )}`,
    'Objects of the source that could not be translated, with the reason.',
  )
}
