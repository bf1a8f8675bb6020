/** What was repaired since the run ended. */
import { leftText, type Repair, type RepairedTable, repairedText } from '../../repair.ts'
import type { ReportDocument } from '../document.ts'
import { showMoment } from '../times.ts'
import { type Column, type Html, html, pill, section, table, time } from './markup.ts'

export function repairs({ repairs = [] }: ReportDocument): Html | undefined {
  const rows = repairs.flatMap(repair => repair.tables.map(of => ({ ...repair, of })))
  if (rows.length === 0) return undefined
  return section('repairs', 'Repairs', table('Repairs', COLUMNS, rows))
}

const COLUMNS: Column<Repair & { of: RepairedTable }>[] = [
  { title: 'Table', cell: ({ of }) => of.table },
  { title: 'When', cell: ({ at }) => time(at, showMoment(at)) },
  { title: 'Done', cell: ({ of }) => repairedText(of.done) },
  { title: 'Left', cell: ({ of }) => leftText(of.left) },
  {
    title: 'Verdict after it',
    cell: ({ of: { verdict, reasons } }) =>
      html`${pill(verdict === 'equal' ? 'good' : 'bad', verdict)}${reasons.map(reason => html`<p class="detail">${reason}</p>`)}`,
  },
  {
    title: 'What puts the old rows back',
    cell: ({ undo }) => (undo === undefined ? '' : html`<code>${undo}</code>`),
  },
]
