/** What was found, left out, decided and accepted, as Markdown. */
import { bySeverity } from '../finding.ts'
import { type FindingGroup, groupFindings, groupRemedy, MOST_SHOWN, showObjects } from '../finding-groups.ts'
import { showName } from '../name-text.ts'
import type { LeftOut } from '../plan.ts'
import type { ReportDocument } from './document.ts'
import { leftOutSql, otherDifferences, sameReason } from './left-out.ts'
import { block, cell, code, list, table } from './markdown-text.ts'

/** By reference: values of rows are for the files alone. */
export function setAside({ result: { name, report } }: ReportDocument): string {
  const lines = [
    ...(report?.quarantine
      ? [
          `In quarantine, not in the target: ${code(report.quarantine)}. Correct the plan file, then ${code(`longhaul replay ${name} --plan FILE`)}.`,
        ]
      : []),
    ...(report?.altered ? [`Written with another value, the originals: ${code(report.altered)}.`] : []),
  ]
  return lines.length > 0 ? `## Rows set aside\n\n${list(lines)}` : ''
}

export function issues(report: ReportDocument): string {
  const { tables, skippedTables = [] } = report
  const groups = groupFindings([...report.findings].sort(bySeverity))
  const lines = [
    ...otherDifferences(report).map(line => `**difference**: ${cell(line)}`),
    ...skippedTables.map(name => `**left out** by an operator: table ${cell(showName(name))}`),
    ...tables.flatMap(({ name, note }) =>
      note ? [`**note** table ${cell(showName(name))}: ${cell(note)}`] : [],
    ),
    ...groups.map(findingLine),
  ]
  return `## Issues encountered\n\n${lines.length > 0 ? list(lines) : 'None.'}`
}

function findingLine(group: FindingGroup): string {
  const { severity, code: name, message } = group.finding
  const label = severity === 'incomplete' ? 'not in the target' : severity
  const remedy = groupRemedy(group)
  return [
    `**${label}** ${code(name)} ${cell(showObjects(group, group.objects.length))}: ${cell(message)}.`,
    ...(remedy ? [`${cell(remedy)}.`] : []),
  ].join(' ')
}

export function leftOut({ result, leftOut: objects }: ReportDocument): string {
  const file = result.report?.leftOut && `The SQL is in ${code(result.report.leftOut)}.`
  if (objects.length === 0) return file ? `## Not in the target\n\n${file}` : ''
  const entries = sameReason(objects).map(leftOutEntry)
  return ['## Not in the target', ...(file ? [file] : []), ...entries].join('\n\n')
}

function leftOutEntry(objects: LeftOut[]): string {
  const { kind, reason } = objects[0]!
  const shown = objects.slice(0, MOST_SHOWN).map(({ name }) => cell(name))
  const more = objects.length > MOST_SHOWN ? ` and ${objects.length - MOST_SHOWN} more` : ''
  return `### ${cell(kind)} ${shown.join(', ')}${more}\n\n${cell(reason)}\n\n${block('sql', leftOutSql(objects))}`
}

export function consents({ consents }: ReportDocument): string {
  if (consents.length === 0) return ''
  const rows = consents.map(({ code: name, objects, message, given }) => [
    code(name),
    cell(objects.join(', ')),
    cell(message),
    given.map(code).join(', '),
  ])
  return `## Accepted losses\n\n${table(['Code', 'Of what', 'What is lost', 'Accepted by'], 'llll', rows)}`
}

export function operations({ result: { events = [] } }: ReportDocument): string {
  if (events.length === 0) return ''
  const rows = events.map(({ at, kind, object = '', detail = '', by = '', comment = '' }) => [
    ...[at, cell(kind), cell(object), cell(detail), cell(by), cell(comment)],
  ])
  const titles = ['When', 'What', 'About', 'Detail', 'By', 'Comment']
  return `## What operators did\n\n${table(titles, 'llllll', rows)}`
}

export function signOff({ request, result: { signOffs = [] } }: ReportDocument): string {
  const blank = '_'.repeat(14)
  const verified = signOffs.findLast(
    ({ gate, decision }) => gate === 'before-cutover' && decision === 'approved',
  )
  const decisions = signOffs.map(
    ({ gate, decision, by, at, comment }) =>
      `Gate ${gate}: **${decision}** by ${cell(by)}, ${at}${comment ? `: ${cell(comment)}` : ''}`,
  )
  const people = [
    `Migrated by: ${request.operator ? cell(request.operator) : blank}`,
    `Verified by: ${verified ? cell(verified.by) : blank}`,
    `Date: ${verified ? verified.at.slice(0, 10) : blank}`,
  ]
  return `## Sign-off\n\n${list([...decisions, ...people])}`
}
