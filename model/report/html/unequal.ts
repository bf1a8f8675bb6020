/** Rows that differ, by table; and columns whose values would not come back. */
import { number } from '../../amounts.ts'
import type { Located } from '../../located.ts'
import type { ReturnedColumn } from '../../run.ts'
import type { ReportDocument } from '../document.ts'
import { type Column, type Html, html, section, table } from './markup.ts'

type Line = Located & { name: string }

export function unequalRows({ tables }: ReportDocument): Html | undefined {
  const lines = tables.flatMap(({ name, located }) => (located ? [{ name, ...located }] : []))
  if (lines.length === 0) return undefined
  return section(
    'unequal',
    'Rows that differ',
    table('Rows that differ by table', COLUMNS, lines),
    'The lists hold keys and values: they lie in the folder of the run, for its owner alone, and are not part of this page.',
  )
}

const COLUMNS: Column<Line>[] = [
  { title: 'Table', cell: ({ name }) => name },
  { title: 'Missing', number: true, cell: ({ missing }) => number(missing) },
  { title: 'Too many', number: true, cell: ({ surplus }) => number(surplus) },
  { title: 'Other values', number: true, cell: ({ different }) => number(different) },
  {
    title: 'In the columns',
    cell: ({ columns }) => columns.map(({ name, rows }) => `${name} (${number(rows)})`).join(', '),
  },
  { title: 'List', cell: ({ file }) => html`<code>${file}</code>` },
]

export function wouldNotReturn({ tables, request }: ReportDocument): Html | undefined {
  if (!request.roundTrip) return undefined
  const columns = tables.flatMap(({ name, returned = [] }) =>
    returned.map(column => ({ table: name, ...column })),
  )
  const looked = tables.filter(({ returned }) => returned).length
  const intro = `Of ${number(looked)} ${looked === 1 ? 'table' : 'tables'} each value of the target was written as SQLite would hold it, and compared with the source, storage class and bytes.`
  return section(
    'way-of-values',
    'Would it come back',
    columns.length > 0
      ? table('Columns that would come back otherwise', RETURNED, columns)
      : html`<p>Every value would come back as it was.</p>`,
    intro,
  )
}

const RETURNED: Column<ReturnedColumn & { table: string }>[] = [
  { title: 'Table', cell: ({ table }) => table },
  { title: 'Column', cell: ({ name }) => name },
  { title: 'What would come back', cell: ({ why }) => why },
]
