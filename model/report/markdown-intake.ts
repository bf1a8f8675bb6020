/** Files and mapped rows of a staged source, in Markdown. */
import type { Intake } from '../intake.ts'
import type { ReportDocument } from './document.ts'
import { cell, table } from './markdown-text.ts'

/** Files that a page has room for; the report as JSON has all. */
const MOST_FILES = 200

export function intake({ intake, request }: ReportDocument): string {
  if (!intake) return ''
  return [
    request.target.kind === 'files' ? '## Files' : '## What was read',
    files(intake),
    balance(intake),
    rejected(intake),
  ]
    .filter(Boolean)
    .join('\n\n')
}

function files({ files }: Intake): string {
  if (files.length === 0) return ''
  const sorted = [...files].sort((a, b) => Number(a.state === 'done') - Number(b.state === 'done'))
  const rows = sorted
    .slice(0, MOST_FILES)
    .map(({ file, state, rows, rejected, error = '' }) => [
      ...[cell(file), state === 'failed' ? '**failed**' : state, String(rows), String(rejected), cell(error)],
    ])
  const more = files.length > MOST_FILES ? `\n\nAnd ${files.length - MOST_FILES} more files.` : ''
  return `${table(['File', 'State', 'Rows', 'Rejected', ''], 'llrrl', rows)}${more}`
}

function balance({ tables }: Intake): string {
  if (tables.length === 0) return ''
  const rows = tables.map(t => [
    cell(t.table),
    ...[t.read, t.filtered, t.duplicates, t.rejected, t.written].map(String),
  ])
  const titles = ['Table', 'Read', 'Filtered', 'Duplicates', 'Rejected', 'Taken']
  return `read = filtered + duplicates + rejected + taken.\n\n${table(titles, 'lrrrrr', rows)}`
}

function rejected({ rejected }: Intake): string {
  if (rejected.length === 0) return ''
  const rows = rejected.map(r => [cell(r.table), cell(r.rule), String(r.rows), cell(r.reason)])
  return `Rows that were not taken; each is in the run's folder with its place.\n\n${table(['Table', 'Rule', 'Rows', ''], 'llrl', rows)}`
}
