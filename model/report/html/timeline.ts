/** Steps as a time line: a table with a bar a row, so that it reads without its picture too. */
import type { StepProgress, StepState } from '../../run.ts'
import type { ReportDocument, ReportTable, Tone } from '../document.ts'
import { type Stretch, secondsOf, showMoment, showSeconds, stretchOf, wholeStretch } from '../times.ts'
import { type Html, html, pill, section, time } from './markup.ts'

const TONES: Readonly<Record<StepState, Tone>> = {
  done: 'good',
  failed: 'bad',
  running: 'warn',
  pending: 'plain',
  skipped: 'plain',
}

/** Tables that took longest, under the step that copies them. */
const MOST_TABLES = 8

export function timeline({ steps, tables }: ReportDocument): Html | undefined {
  const whole = wholeStretch(steps)
  if (!whole) return undefined
  const rows = steps.flatMap(step => [
    stepRow(step, whole),
    ...(step.name === 'copy' ? longest(tables).map(table => tableRow(table, whole)) : []),
  ])
  return section(
    'steps',
    'Steps',
    html`<div class="wide" role="region" aria-label="Steps" tabindex="0"><table class="steps">
<thead><tr><th scope="col">Step</th><th scope="col" class="when">From start to end</th><th scope="col" class="n">Time</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`,
    `From ${showMoment(new Date(whole.from).toISOString())}, ${showSeconds(secondsOf(whole))} in all.`,
  )
}

function stepRow(step: StepProgress, whole: Stretch): Html {
  const stretch = stretchOf(step)
  return html`<tr><th scope="row">${step.name} ${step.state === 'done' ? undefined : pill(TONES[step.state], step.state)}</th>
<td class="when">${stretch && bar(stretch, whole, TONES[step.state])}${step.detail ? html`<p class="detail">${step.detail}</p>` : undefined}</td>
<td class="n">${stretch && time(step.startedAt!, showSeconds(secondsOf(stretch)))}</td></tr>
`
}

function tableRow(table: ReportTable, whole: Stretch): Html {
  const stretch = stretchOf(table)!
  return html`<tr class="sub"><th scope="row">${table.name}</th>
<td class="when">${bar(stretch, whole, 'plain')}</td>
<td class="n">${showSeconds(secondsOf(stretch))}</td></tr>
`
}

function longest(tables: readonly ReportTable[]): ReportTable[] {
  const timed = tables.filter(table => stretchOf(table))
  if (timed.length < 2) return []
  return timed.sort((a, b) => b.seconds - a.seconds).slice(0, MOST_TABLES)
}

/** Wide enough to be seen, however short. */
const LEAST = 0.6

function bar(stretch: Stretch, whole: Stretch, tone: Tone): Html {
  const all = Math.max(whole.to - whole.from, 1)
  const part = (at: number) => Math.min(Math.max(((at - whole.from) / all) * 100, 0), 100)
  const width = Math.max(part(stretch.to) - part(stretch.from), LEAST)
  const left = Math.min(part(stretch.from), 100 - width)
  return html`<svg class="bar ${tone}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="fill" x="${left.toFixed(2)}" width="${width.toFixed(2)}" height="10"/></svg>`
}
