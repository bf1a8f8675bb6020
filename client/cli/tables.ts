/** The tables of a run that is under way, for readers. */
import { showName } from '../../model/name-text.ts'
import { type Column, count, duration, plural, table } from './text.ts'

/** What workflow and ledger both know of a table. */
export interface TableLine {
  name: string
  state: string
  /** Rows that the plan expects. */
  rows: number
  written: number
  chunks?: number
  chunksDone?: number
  /** Rows a second lately. */
  rate?: number
  secondsLeft?: number
  /** How the time left was reckoned. */
  estimate?: string
  error?: string
}

const right = 'right' as const
const COLUMNS: Column<TableLine>[] = [
  { title: 'table', value: t => showName(t.name) },
  { title: 'state', value: t => t.state },
  { title: 'expected', value: t => count(t.rows), align: right },
  { title: 'written', value: t => count(t.written), align: right },
  {
    title: 'chunks',
    value: t => (t.chunks ? `${count(t.chunksDone ?? 0)} of ${count(t.chunks)}` : ''),
    align: right,
  },
  { title: 'rows/s', value: t => (t.rate ? count(t.rate) : ''), align: right },
  { title: 'left', value: t => (t.secondsLeft === undefined ? '' : duration(t.secondsLeft)), align: right },
  { title: '', value: t => t.error ?? '' },
]

/** Tables that a screen has room for. */
const MOST_TABLES = 40

/** A line for each table; of many those of which there is something to say first. */
export function progressTable(tables: readonly TableLine[]): string {
  const order = tables.length > MOST_TABLES ? tables.toSorted((a, b) => rank(a) - rank(b)) : tables
  const shown = order.slice(0, MOST_TABLES)
  const rest = order.length - shown.length
  const told = COLUMNS.filter(({ title, value }) => ALWAYS.has(title) || shown.some(t => value(t) !== ''))
  const reckoned = shown.filter(t => t.estimate).map(t => `  ${showName(t.name)}: ${t.estimate}`)
  return [
    table(told, shown),
    ...(rest > 0 ? [`and ${plural(rest, 'table')} more`] : []),
    ...(reckoned.length > 0 ? ['Left, as reckoned:', ...reckoned] : []),
  ].join('\n')
}

const ALWAYS: ReadonlySet<string> = new Set(['table', 'state', 'expected', 'written'])

const FIRST = ['failed', 'differs', 'paused', 'copying', 'skipped', 'copied', 'pending']
const rank = ({ state }: TableLine): number => {
  const at = FIRST.indexOf(state)
  return at < 0 ? FIRST.length : at
}
