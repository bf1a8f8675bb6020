/** The first sheet of a workbook: what it is, and how many rows each sheet has. */
import type { Alignment, Fill, Font, Worksheet } from 'exceljs'
import type { FileAbout } from '../files/writer.ts'
import { escapeText } from './escapes.ts'

export interface SheetWritten {
  name: string
  table: string
  rows: number
}

/** A font without a name or size is another one in each spreadsheet. */
const FONT = { name: 'Calibri', family: 2, size: 11 }

export const HEADER: { font: Partial<Font>; fill: Fill; alignment: Partial<Alignment> } = {
  font: { ...FONT, bold: true, color: { argb: 'FFFFFFFF' } },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FF1F4E79' } },
  alignment: { vertical: 'middle' },
}

const LEGEND = [
  'Whole numbers of more than 15 digits, and what a spreadsheet has no number or date for, stand as texts.',
  'An empty cell is NULL. The format of a cell says what it is: keep it when you edit.',
  'Texts that do not fit into a cell go on in hidden columns to the right of the table.',
]

/** Of exceljs' streaming writer: all that a cover has is said before its first row is written. */
export function writeCover(cover: Worksheet, about: FileAbout, sheets: readonly SheetWritten[]): void {
  cover.columns = [{ width: 36 }, { width: 36 }, { width: 14 }]
  const put = (...cells: (string | number)[]) =>
    cover.addRow(cells.map(cell => (typeof cell === 'number' ? cell : rich(cell))))
  put(about.title).getCell(1).style = { font: { ...FONT, bold: true, size: 16 } }
  put('Source', about.source)
  put('Read at', about.takenAt)
  put('Run', about.run)
  cover.addRow([])
  const header = put('Sheet', 'Table', 'Rows')
  for (const column of [1, 2, 3]) header.getCell(column).style = HEADER
  for (const { name, table, rows } of sheets) put(name, table, rows).getCell(3).style = COUNT
  put(
    'Total',
    '',
    sheets.reduce((sum, { rows }) => sum + rows, 0),
  ).eachCell((cell, column) => {
    cell.style =
      column === 3 ? { ...COUNT, font: { ...FONT, bold: true } } : { font: { ...FONT, bold: true } }
  })
  cover.addRow([])
  for (const line of LEGEND)
    put(line).getCell(1).style = { font: { ...FONT, italic: true, color: { argb: 'FF7F7F7F' } } }
}

const COUNT = { numFmt: '#,##0' }

/** Texts as the sheets have them. */
export const rich = (text: string) => ({ richText: [{ text: escapeText(text) }] })
