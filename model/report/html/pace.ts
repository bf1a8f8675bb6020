/** Rows a second over time, as a curve. */
import { number, showBytes } from '../../amounts.ts'
import type { Pace, ReportDocument } from '../document.ts'
import { showSeconds } from '../times.ts'
import { type Html, html, section } from './markup.ts'

const HEIGHT = 100

export function pace({ pace }: ReportDocument): Html | undefined {
  if (!pace || pace.rows.length < 2 || total(pace.rows) === 0) return undefined
  const rates = pace.rows.map(rows => rows / pace.secondsPerPoint)
  const top = niceTop(Math.max(...rates))
  const seconds = pace.secondsPerPoint * pace.rows.length
  const summary = `${rate(total(pace.rows) / seconds)} on average, ${rate(Math.max(...rates))} at best; ${showBytes(total(pace.bytes) / seconds)}/s`
  return section(
    'pace',
    'Rows a second',
    html`<figure class="pace">
<div class="scale" aria-hidden="true"><span>${short(top)}</span><span>${short(top / 2)}</span><span>0</span></div>
<svg viewBox="0 0 100 ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Rows a second over ${showSeconds(seconds)} of copying: ${summary}">
<path class="grid" d="M0 0.5H100M0 ${HEIGHT / 2}H100M0 ${HEIGHT - 0.5}H100"/>
${curve(pace, rates, top)}
</svg>
<div class="scale time" aria-hidden="true"><span>0 s</span><span>${showSeconds(seconds / 2)}</span><span>${showSeconds(seconds)}</span></div>
</figure>`,
    `${summary}. Rows of a chunk are spread evenly over the time that it took.`,
  )
}

function curve({ rows }: Pace, rates: readonly number[], top: number): Html {
  const step = 100 / rows.length
  const height = (at: number) => (HEIGHT - (at / top) * HEIGHT).toFixed(2)
  const line = rates
    .map((at, i) => `L${(i * step).toFixed(2)} ${height(at)}H${((i + 1) * step).toFixed(2)}`)
    .join('')
  return html`<path class="area" d="M0 ${HEIGHT}${line}V${HEIGHT}Z"/><path class="line" d="M0 ${height(rates[0]!)}${line}"/>`
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
const rate = (perSecond: number) => `${number(Math.round(perSecond))} rows/s`

/** 1, 2 or 5 times a power of ten, not below the highest. */
function niceTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(highest, 1)))
  return (STEPS.find(step => step * power >= highest) ?? 10) * power
}

const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]

/** `250k`, `1.5M`. */
function short(value: number): string {
  const [unit, size] = value >= 1e6 ? ['M', 1e6] : value >= 1e3 ? ['k', 1e3] : ['', 1]
  return `${Number((value / size).toFixed(2))}${unit}`
}
