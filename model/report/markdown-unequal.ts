/** Rows that differ, and columns whose values would not come back, as Markdown. */
import type { ReportDocument } from './document.ts'
import { cell, code, table } from './markdown-text.ts'

export function unequalRows({ tables }: ReportDocument): string {
  const lines = tables.flatMap(({ name, located }) => {
    if (!located) return []
    const { missing, surplus, different, columns, file } = located
    const names = columns.map(({ name, rows }) => `${cell(name)} (${rows})`).join(', ')
    return [[cell(name), String(missing), String(surplus), String(different), names, code(file)]]
  })
  const titles = ['Table', 'Missing', 'Too many', 'Other values', 'In the columns', 'List']
  return lines.length > 0 ? `## Rows that differ\n\n${table(titles, 'lrrrll', lines)}` : ''
}

export function wouldNotReturn({ tables, request }: ReportDocument): string {
  if (!request.roundTrip) return ''
  const lines = tables.flatMap(({ name, returned = [] }) =>
    returned.map(column => [cell(name), cell(column.name), cell(column.why)]),
  )
  const said =
    lines.length > 0
      ? table(['Table', 'Column', 'What would come back'], 'lll', lines)
      : 'Every value would come back as it was.'
  return `## Would it come back\n\n${said}`
}
