/** Files and mapped rows of a staged source. */
import { count, number } from '../../amounts.ts'
import type { IntakeFile, IntakeRule, IntakeTable } from '../../intake.ts'
import type { ReportDocument } from '../document.ts'
import { type Column, type Html, html, pill, section, table } from './markup.ts'

export function intake({ intake, request }: ReportDocument): Html | undefined {
  if (!intake) return undefined
  const { files, tables, rejected } = intake
  const failed = files.filter(({ state }) => state === 'failed')
  const parts = [
    ...(files.length > 0
      ? [table('Files', FILES, [...failed, ...files.filter(file => !failed.includes(file))])]
      : []),
    ...(tables.length > 0 ? [table('Rows that were read', TABLES, tables)] : []),
    ...(rejected.length > 0 ? [table('Rows that were not taken', RULES, rejected)] : []),
  ]
  const said = [
    ...(files.length > 0 ? [`${count(files.length, 'file')}, ${number(failed.length)} of them failed`] : []),
    ...(tables.length > 0 ? ['read = filtered + duplicates + rejected + taken'] : []),
  ]
  return section(
    'intake',
    request.target.kind === 'files' ? 'Files' : 'What was read',
    parts,
    `${said.join('; ')}.`,
  )
}

const FILES: Column<IntakeFile>[] = [
  { title: 'File', cell: ({ file }) => file },
  { title: 'Rows', number: true, cell: ({ rows }) => number(rows) },
  { title: 'Rejected', number: true, cell: ({ rejected }) => number(rejected) },
  {
    title: 'State',
    cell: ({ state, error }) =>
      html`${pill(state === 'done' ? 'good' : 'bad', state)}${error ? html`<p class="detail">${error}</p>` : undefined}`,
  },
]

const TABLES: Column<IntakeTable>[] = [
  { title: 'Table', cell: ({ table }) => table },
  { title: 'Read', number: true, cell: ({ read }) => number(read) },
  { title: 'Filtered', number: true, cell: ({ filtered }) => number(filtered) },
  { title: 'Duplicates', number: true, cell: ({ duplicates }) => number(duplicates) },
  { title: 'Rejected', number: true, cell: ({ rejected }) => number(rejected) },
  { title: 'Taken', number: true, cell: ({ written }) => number(written) },
]

const RULES: Column<IntakeRule>[] = [
  { title: 'Table', cell: ({ table }) => table },
  { title: 'Rule', cell: ({ rule }) => rule },
  { title: 'Rows', number: true, cell: ({ rows }) => number(rows) },
  { title: 'Why', cell: ({ reason }) => reason },
]
