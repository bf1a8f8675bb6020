/** What was repaired since the run ended, as Markdown. */
import { leftText, repairedText } from '../repair.ts'
import type { ReportDocument } from './document.ts'
import { cell, code, table } from './markdown-text.ts'

export function repairs({ repairs = [] }: ReportDocument): string {
  const rows = repairs.flatMap(({ at, tables, undo }) =>
    tables.map(({ table: name, done, left, verdict, reasons }) => [
      ...[at, cell(name), repairedText(done), leftText(left), verdict],
      ...[cell(reasons.join('; ')), undo === undefined ? '' : code(undo)],
    ]),
  )
  if (rows.length === 0) return ''
  const titles = ['When', 'Table', 'Done', 'Left', 'Verdict after it', 'Why', 'What puts the old rows back']
  return `## Repairs\n\n${table(titles, 'lllllll', rows)}`
}
