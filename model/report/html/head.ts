/** The top of the page: the verdict, the amounts that matter most, and what the run was. */
import { number, showBytes } from '../../amounts.ts'
import { kindName, showEndpoint } from '../../endpoint.ts'
import type { ReportDocument, Tone } from '../document.ts'
import { secondsOf, showMoment, showSeconds, wholeStretch } from '../times.ts'
import { facts, type Html, html, section, time } from './markup.ts'

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', warn: '!', bad: '✕', plain: '–' }

export function verdict(report: ReportDocument): Html {
  const { headline, result, request, failure } = report
  const said = [failure, result.message].flatMap(text => (text ? [html`<p class="said">${text}</p>`] : []))
  return html`<header class="verdict ${headline.tone}">
<p class="kind">${kindOf(report)} · ${kindName(request.source)} → ${kindName(request.target)}</p>
<h1>${result.name}</h1>
<div class="words"><span class="sign" aria-hidden="true">${SIGNS[headline.tone]}</span>
<div><p class="title">${headline.title}</p><p>${headline.text}.</p>${said}</div></div>
${amounts(report)}
</header>
`
}

const KINDS = { full: 'Migration', preflight: 'Preflight', check: 'Comparison' } as const
const kindOf = ({ mode }: ReportDocument) => KINDS[mode ?? 'full']

function amounts(report: ReportDocument): Html {
  const { result, tables, steps } = report
  const whole = wholeStretch(steps)
  const sum = (of: (table: (typeof tables)[number]) => number) => tables.reduce((all, t) => all + of(t), 0)
  const [bytes, aside] = [sum(t => t.bytes), sum(t => t.quarantined)]
  const shown: (readonly [string, string])[] = [
    ...rowsOf(report),
    [result.tables === 1 ? 'table' : 'tables', number(result.tables)],
    ...(bytes > 0 && report.mode !== 'check' ? [['sent', showBytes(bytes)] as const] : []),
    ...(whole ? [['in all', showSeconds(secondsOf(whole))] as const] : []),
    ...(aside > 0 ? [['in quarantine', number(aside)] as const] : []),
    ...(result.differences.length > 0
      ? [
          [
            result.differences.length === 1 ? 'difference' : 'differences',
            number(result.differences.length),
          ] as const,
        ]
      : []),
  ]
  return html`<ul class="amounts">${shown.map(([name, amount]) => html`<li><b>${amount}</b> <span>${name}</span></li>\n`)}</ul>`
}

/** A run that did not come to its end was to copy more than it has. */
function rowsOf({ result: { state, rows }, tables }: ReportDocument): (readonly [string, string])[] {
  if (!CUT_SHORT.has(state)) return [[rows === 1 ? 'row' : 'rows', number(rows)]]
  const written = tables.reduce((all, table) => all + table.written, 0)
  return [
    ['rows planned', number(rows)],
    ['rows committed', number(written)],
  ]
}

const CUT_SHORT: ReadonlySet<string> = new Set(['failed', 'cancelled', 'rolled back'])

export function about(report: ReportDocument): Html {
  const { result, request, steps, snapshot, takenBack } = report
  const whole = wholeStretch(steps)
  const moment = (at: number) => time(new Date(at).toISOString(), showMoment(new Date(at).toISOString()))
  return section(
    'about',
    'The run',
    facts([
      ['Source', html`<code>${showEndpoint(request.source)}</code> on ${request.source.host}`],
      ['Target', html`<code>${showEndpoint(request.target)}</code>`],
      ['Began', whole && moment(whole.from)],
      ['Ended', whole && moment(whole.to)],
      ['Why', request.reason],
      ['Operator', request.operator],
      [
        takenBack ? 'State before' : 'State',
        `${result.state}; rows ${result.verdict}; exit status ${result.exit}`,
      ],
      [
        'Snapshot',
        snapshot &&
          `${snapshot.bytes > 0 ? `${showBytes(snapshot.bytes)} in ` : ''}${showSeconds(snapshot.seconds)}, ${snapshot.how}`,
      ],
      ['Since then', snapshot?.since],
      ['Run', html`<code>${result.run}</code>`],
      ['Plan', result.planHash ? html`<code>${result.planHash}</code>` : undefined],
    ]),
  )
}
