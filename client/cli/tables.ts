/** The tables of a run that is under way, for readers. */
import { showName } from '../../model/name-text.ts'
import { type Column, count, table } from './text.ts'

/** What workflow and ledger both know of a table. */
export interface TableLine {
  name: string
  state: string
  /** Rows that the plan expects. */
  rows: number
  written: number
  error?: string
}

const COLUMNS: Column<TableLine>[] = [
  { title: 'table', value: t => showName(t.name) },
  { title: 'state', value: t => t.state },
  { title: 'expected', value: t => count(t.rows), align: 'right' },
  { title: 'written', value: t => count(t.written), align: 'right' },
  { title: '', value: t => t.error ?? '' },
]

export function progressTable(tables: readonly TableLine[]): string {
  return table(COLUMNS, tables)
}
