/** What the target has of the plan's keys, indexes and rules, as Markdown. */
import { isNamedIn, noDifference } from '../schema-compared.ts'
import type { ReportDocument } from './document.ts'
import { cell, code, list, table } from './markdown-text.ts'

export function schema(report: ReportDocument): string {
  if (!report.schema || report.schema.counts.length + report.schema.differences.length === 0) return ''
  const { counts, differences } = report.schema
  const rows = counts.map(({ kind, expected, found }) => [cell(kind), String(expected), String(found)])
  const lines = differences.map(finding => {
    const label = isNamedIn(finding, report.request.accept) ? 'accepted' : 'difference'
    const said = `**${label}** ${code(finding.code)} ${cell(finding.object)}: ${cell(finding.message)}.`
    return finding.remedy ? `${said} ${cell(finding.remedy)}.` : said
  })
  return [
    '## Schema',
    'Keys, indexes and rules of the tables that were compared; the target may have more than the plan.',
    ...(rows.length > 0 ? [table(['Kind', 'In the plan', 'In the target'], 'lrr', rows)] : []),
    lines.length > 0 ? list(lines) : noDifference(report.schema),
  ].join('\n\n')
}
