/** The target before and after, as Markdown. */
import { showBytes } from '../amounts.ts'
import { type ComparedTable, compareStandings } from './comparison.ts'
import type { ReportDocument, StandingIndex } from './document.ts'
import { cell, code, list, table } from './markdown-text.ts'

export function comparison(report: ReportDocument): string {
  const compared = compareStandings(report.baseline)
  if (!compared) return ''
  const size = (bytes: number | undefined) => (bytes === undefined ? '' : showBytes(bytes))
  const amount = (rows: number | undefined) => (rows === undefined ? '' : String(rows))
  const rows = compared.tables.map(({ place, before, after }) => [
    cell(place),
    ...[amount(before?.rows), amount(after?.rows), size(before?.bytes), size(after?.bytes)],
    ...[size(before?.indexBytes), size(after?.indexBytes)],
  ])
  const { before, after } = compared.databaseBytes
  const titles = [
    'Table',
    'Rows before',
    'Rows now',
    'Size before',
    'Size now',
    'Indexes before',
    'Indexes now',
  ]
  return [
    '## The target before and after',
    table(titles, 'lrrrrrr', [...rows, ['**database**', '', '', size(before), size(after), '', '']]),
    ...indexes(compared.tables),
  ].join('\n\n')
}

function indexes(tables: readonly ComparedTable[]): string[] {
  const lines = tables.flatMap(({ place, indexes }) =>
    indexes.map(({ what, index }) => `${what}: ${cell(place)}: ${showIndex(index)}`),
  )
  return lines.length > 0 ? ['Indexes:', list(lines)] : []
}

function showIndex({ name, method, keys, where, unique, valid, bytes }: StandingIndex): string {
  const on = `${method} (${keys.join(', ')})${where === undefined ? '' : ` WHERE ${where}`}`
  const words = [...(unique ? ['unique'] : []), showBytes(bytes), ...(valid ? [] : ['**not valid**'])]
  return `${cell(name)} ${code(on)}, ${words.join(', ')}`
}
