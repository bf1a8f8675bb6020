/** The balance sheet: what was read of each table, what became of it, and whether both sides are equal. */
import { number, showBytes } from '../../amounts.ts'
import type { Verdict, ViewResult } from '../../run.ts'
import { type ReportDocument, type ReportTable, SUMMED, type Tone } from '../document.ts'
import { showSeconds } from '../times.ts'
import { type Column, type Html, html, more, pill, section, table } from './markup.ts'

/** Tables that stand open on the page; of more, those of which there is something to say, and the largest. */
const MOST_OPEN = 60

interface Line extends ReportTable {
  leftOut: boolean
}

type Sums = Pick<ReportTable, (typeof SUMMED)[number]>

export function balance(report: ReportDocument): Html | undefined {
  if (report.tables.length === 0) return undefined
  const left = new Set(report.skippedTables)
  const lines = report.tables.map(t => ({ ...t, leftOut: left.has(t.name) }))
  const [shown, hidden] = parted(lines)
  const compared = report.mode === 'check'
  const columns = compared ? COLUMNS.filter(({ ofCopy }) => !ofCopy) : COLUMNS
  const rest =
    hidden.length > 0
      ? more(`${number(hidden.length)} more tables, whole and equal`, table('More tables', columns, hidden))
      : undefined
  return section(
    'balance',
    'Balance sheet',
    html`${table('Balance sheet', columns, shown, totals(lines))}${rest}${views(report)}${digests(lines)}`,
    compared
      ? 'Rows as both sides have them now. Rows in quarantine do not fit the plan and were not compared.'
      : 'read = written + skipped + quarantined. Altered rows are among the written ones.',
  )
}

function parted(lines: Line[]): [Line[], Line[]] {
  if (lines.length <= MOST_OPEN) return [lines, []]
  const whole = lines.filter(isWhole).sort((a, b) => b.read - a.read)
  const hidden = new Set(whole.slice(Math.max(MOST_OPEN - (lines.length - whole.length), 0)))
  return [lines.filter(line => !hidden.has(line)), [...hidden]]
}

const isWhole = ({ verdict, leftOut, error, note, skipped, quarantined, altered }: Line) =>
  verdict === 'equal' && !leftOut && !error && !note && skipped + quarantined + altered === 0

const amount = (title: string, of: (sums: Sums) => number): Column<Line> => ({
  title,
  number: true,
  cell: line => number(of(line)),
})

/** Amounts that should be none stand out where there are some. */
const exception = (title: string, of: (sums: Sums) => number): Column<Line> => ({
  title,
  number: true,
  cell: line =>
    of(line) === 0 ? html`<span class="none">0</span>` : html`<b class="some">${number(of(line))}</b>`,
})

const COLUMNS: (Column<Line> & { ofCopy?: true })[] = [
  { title: 'Table', cell: line => line.name },
  amount('Source', t => t.expected),
  amount('Read', t => t.read),
  { ...amount('Written', t => t.written), ofCopy: true },
  { ...exception('Skipped', t => t.skipped), ofCopy: true },
  exception('Quarantined', t => t.quarantined),
  exception('Altered', t => t.altered),
  amount('In target', t => t.counted),
  {
    title: 'Sent',
    number: true,
    cell: ({ bytes }) => (bytes > 0 ? showBytes(bytes) : ''),
    ofCopy: true,
  },
  { title: 'Time', number: true, cell: ({ seconds }) => (seconds > 0 ? showSeconds(seconds) : '') },
  { title: 'Verdict', cell: line => verdictPill(line) },
]

function verdictPill({ verdict, leftOut, note, error }: Line): Html {
  const words = leftOut ? pill('warn', 'left out') : pill(TONES[verdict], verdict)
  const said = [error, note].flatMap(text => (text ? [html`<p class="detail">${text}</p>`] : []))
  return html`${words}${said}`
}

const TONES: Readonly<Record<Verdict, Tone>> = { equal: 'good', different: 'bad', 'not checked': 'plain' }

function totals(lines: readonly Line[]): Line {
  const sums = SUMMED.map(key => [key, lines.reduce((sum, line) => sum + line[key], 0)])
  const equal = lines.filter(({ verdict }) => verdict === 'equal').length
  const verdict: Verdict =
    equal === lines.length
      ? 'equal'
      : lines.some(l => l.verdict === 'different')
        ? 'different'
        : 'not checked'
  return {
    ...lines[0]!,
    ...(Object.fromEntries(sums) as Sums),
    ...{ name: 'All', seconds: 0, verdict, leftOut: false, error: '', note: '' },
  }
}

function views({ views }: ReportDocument): Html | undefined {
  if (views.length === 0) return undefined
  const rows = (amount: number | undefined) => (amount === undefined ? '' : number(amount))
  return html`<h3>Views</h3><p class="intro">All rows that each view gives, on both engines.</p>${table<ViewResult>(
    'Views',
    [
      { title: 'View', cell: view => view.name },
      { title: 'Rows in source', number: true, cell: view => rows(view.sourceRows) },
      { title: 'Rows in target', number: true, cell: view => rows(view.targetRows) },
      {
        title: 'Verdict',
        cell: ({ verdict, reason }) =>
          html`${pill(VIEW_TONES[verdict], verdict)}${reason ? html`<p class="detail">${reason}</p>` : undefined}`,
      },
    ],
    views,
  )}`
}

const VIEW_TONES: Readonly<Record<ViewResult['verdict'], Tone>> = {
  equal: 'good',
  different: 'bad',
  'not compared': 'plain',
}

/** What the verdict was made of, for who wants to compare again. */
function digests(lines: readonly Line[]): Html | undefined {
  const known = lines.filter(({ sourceDigest, targetDigest }) => sourceDigest || targetDigest)
  if (known.length === 0) return undefined
  const columns: Column<Line>[] = [
    { title: 'Table', cell: line => line.name },
    { title: 'Source', cell: line => html`<code>${line.sourceDigest}</code>` },
    { title: 'Target', cell: line => html`<code>${line.targetDigest}</code>` },
  ]
  return more('Digests of all rows', table('Digests', columns, known))
}
