/** The target before and after: rows, sizes and indexes. */
import { number, showBytes } from '../../amounts.ts'
import { type ComparedTable, type Comparison, compareStandings } from '../comparison.ts'
import type { ReportDocument, StandingIndex, StandingTable } from '../document.ts'
import { type Column, type Html, html, more, pill, section, table } from './markup.ts'

const MOST_OPEN = 60

/** Of what a ledger records, the things that a reader looks for; one of them, and several. */
const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  table: ['table', 'tables'],
  'primary key': ['primary key', 'primary keys'],
  unique: ['unique constraint', 'unique constraints'],
  index: ['index', 'indexes'],
  'foreign key': ['foreign key', 'foreign keys'],
  check: ['check', 'checks'],
  sequence: ['sequence', 'sequences'],
  view: ['view', 'views'],
  trigger: ['trigger', 'triggers'],
  extension: ['extension', 'extensions'],
}

export function baseline({ baseline, objects = [] }: ReportDocument): Html | undefined {
  const compared = compareStandings(baseline)
  if (!compared) return undefined
  const made = objects.flatMap(({ kind, made }) =>
    made > 0 && NAMES[kind] ? [amountOf(made, NAMES[kind])] : [],
  )
  const shown = [...compared.tables].sort((a, b) => sizeOf(b) - sizeOf(a))
  const rest = shown.slice(MOST_OPEN)
  return section(
    'baseline',
    'The target before and after',
    html`${table('Before and after', COLUMNS, shown.slice(0, MOST_OPEN))}
${rest.length > 0 ? more(`${number(rest.length)} more tables`, table('More tables', COLUMNS, rest)) : undefined}
${made.length > 0 ? html`<p class="made"><b>Made by the run:</b> ${made.join(', ')}</p>` : undefined}
${indexes(compared.tables)}`,
    intro(compared),
  )
}

const amountOf = (n: number, [one, several]: readonly [string, string]) =>
  `${number(n)} ${n === 1 ? one : several}`

function intro({ databaseBytes: { before, after } }: Comparison): string {
  const now = after === undefined ? '' : `; the database is ${showBytes(after)}`
  const then = before === undefined ? '' : `, and was ${showBytes(before)} before the first write`
  return `Sizes with TOAST and indexes${now}${now ? then : ''}.`
}

const sizeOf = ({ before, after }: ComparedTable) => after?.bytes ?? before?.bytes ?? 0

const both = (
  title: string,
  of: (table: StandingTable) => number | undefined,
  show: (n: number) => string,
) => ({
  title,
  number: true,
  cell: ({ before, after }: ComparedTable) => {
    const cell = (table: StandingTable | undefined) => {
      const value = table && of(table)
      return value === undefined ? html`<span class="none">–</span>` : html`${show(value)}`
    }
    return html`${cell(before)} <span class="none">→</span> ${cell(after)}`
  },
})

const COLUMNS: Column<ComparedTable>[] = [
  { title: 'Table', cell: ({ place }) => place },
  both('Rows', t => t.rows, number),
  both('Size', t => t.bytes, showBytes),
  both('of that indexes', t => t.indexBytes, showBytes),
  both('Indexes', t => t.indexes.length, number),
]

interface IndexLine {
  place: string
  what: ComparedTable['indexes'][number]['what']
  index: StandingIndex
}

function indexes(tables: readonly ComparedTable[]): Html | undefined {
  const lines: IndexLine[] = tables.flatMap(({ place, indexes }) =>
    indexes.map(({ what, index }) => ({ place, what, index })),
  )
  if (lines.length === 0) return undefined
  const columns: Column<IndexLine>[] = [
    { title: 'Index', cell: ({ index }) => index.name },
    { title: 'Table', cell: ({ place }) => place },
    { title: 'On', cell: ({ index }) => html`<code>${definition(index)}</code>` },
    { title: 'Size', number: true, cell: ({ index }) => showBytes(index.bytes) },
    { title: 'State', cell: ({ index, what }) => state(index, what) },
  ]
  return more(
    `${number(lines.length)} ${lines.length === 1 ? 'index' : 'indexes'}`,
    table('Indexes', columns, lines),
  )
}

const definition = ({ method, keys, where, unique }: StandingIndex) =>
  `${unique ? 'unique ' : ''}${method} (${keys.join(', ')})${where === undefined ? '' : ` where ${where}`}`

function state({ valid }: StandingIndex, what: IndexLine['what']): Html {
  if (!valid) return pill('bad', 'not valid')
  return pill(what === 'gone' ? 'warn' : what === 'new' ? 'good' : 'plain', what)
}
