/** What the target has of the plan's keys, indexes and rules. */
import { number } from '../../amounts.ts'
import type { Finding } from '../../finding.ts'
import { isNamedIn, noDifference } from '../../schema-compared.ts'
import type { ReportDocument } from '../document.ts'
import { type Column, type Html, html, pill, section, table } from './markup.ts'

type Count = NonNullable<ReportDocument['schema']>['counts'][number]

const COLUMNS: Column<Count>[] = [
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'In the plan', number: true, cell: ({ expected }) => number(expected) },
  { title: 'In the target', number: true, cell: ({ found }) => number(found) },
]

/** Differences that a page shows; the report as JSON has all. */
const MOST = 500

export function schema(report: ReportDocument): Html | undefined {
  const compared = report.schema
  if (!compared || compared.counts.length + compared.differences.length === 0) return undefined
  const { counts, differences } = compared
  const rest = differences.length - MOST
  return section(
    'schema',
    'Schema',
    html`${differences.length > 0 ? html`<ul class="findings">${differences.slice(0, MOST).map(finding => item(report, finding))}</ul>` : html`<p>${noDifference(compared)}</p>`}${
      rest > 0
        ? html`<p class="intro">And ${number(rest)} more, which the report as JSON has.</p>`
        : undefined
    }
${counts.length > 0 ? table('Keys and rules by kind', COLUMNS, counts) : undefined}`,
    'Keys, indexes and rules of the tables that were compared; the target may have more than the plan.',
  )
}

function item(report: ReportDocument, finding: Finding): Html {
  const { code, object, message, remedy } = finding
  const open = !isNamedIn(finding, report.request.accept)
  return html`<li>${open ? pill('bad', 'difference') : pill('plain', 'difference, accepted')} <code>${code}</code>
<p><b>${object}</b>: ${message}.</p>${open && remedy ? html`<p class="remedy">${remedy}.</p>` : undefined}</li>
`
}
