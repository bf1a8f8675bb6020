/** Bars of the seconds of each trial, with the range over the rounds, as SVG. */
import type { Results } from './results.ts'
import { type Spread, spread } from './statistics.ts'

const WIDTH = 860
const LABELS = 330
const VALUES = 70
const BAR = 20
const STEP = 34
const TOP = 40
const OURS = '#0b6e4f'
const OTHERS = '#9aa5b1'

interface Bar {
  title: string
  ours: boolean
  seconds: Spread
  /** Seconds of copy and finish within. */
  copy?: number
}

/** Undefined where there are fewer than two trials to compare. */
export function plot(results: Results): string | undefined {
  const bars = barsOf(results)
  if (bars.length < 2) return undefined
  const height = TOP + bars.length * STEP + 34
  const most = Math.max(...bars.map(({ seconds }) => seconds.most))
  const scale = (value: number) => (value / most) * (WIDTH - LABELS - VALUES)
  const title = `${results.rows.toLocaleString('en')} rows from SQLite into PostgreSQL, with indexes and keys: seconds`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" font-size="15" fill="#1f2933">${escaped(title)}</text>`,
    ...bars.map((bar, i) => drawn(bar, TOP + i * STEP, scale)),
    `<text x="12" y="${height - 12}" font-size="11" fill="#52606d">${results.rounds === 1 ? 'One round' : `Medians of ${results.rounds} rounds in turn`}; lines: least to most. Dark part of longhaul: copy and finish; the rest looks before and compares afterwards.</text>`,
    '</svg>\n',
  ].join('\n')
}

/** Trials of the large source, the fastest first. */
function barsOf({ trials }: Results): Bar[] {
  const bars = trials
    .filter(({ name, rounds }) => rounds.length > 0 && !SMALL.has(name))
    .map(({ name, title, rounds }): Bar => {
      const copies = rounds.flatMap(({ copyAndFinish }) => copyAndFinish?.seconds ?? [])
      const seconds = spread(rounds.map(round => round.seconds))
      return {
        title,
        ours: name === 'longhaul',
        seconds,
        ...(copies.length > 0 && { copy: spread(copies).median }),
      }
    })
  return bars.sort((a, b) => a.seconds.median - b.seconds.median)
}

const SMALL: ReadonlySet<string> = new Set(['shop', 'many-tables'])

function drawn({ title, ours, seconds, copy }: Bar, y: number, scale: (value: number) => number): string {
  const middle = y + BAR / 2
  const rect = (width: number, fill: string, opacity: number) =>
    `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${fill}" fill-opacity="${opacity}"/>`
  const [from, to] = [LABELS + scale(seconds.least), LABELS + scale(seconds.most)]
  return [
    `<text x="${LABELS - 10}" y="${middle + 4}" text-anchor="end" fill="#1f2933"${ours ? ' font-weight="bold"' : ''}>${escaped(title)}</text>`,
    rect(scale(seconds.median), ours ? OURS : OTHERS, copy ? 0.45 : 1),
    ...(copy ? [rect(scale(copy), OURS, 1)] : []),
    `<line x1="${from.toFixed(1)}" y1="${middle}" x2="${to.toFixed(1)}" y2="${middle}" stroke="#1f2933" stroke-width="1.5"/>`,
    `<text x="${(Math.max(to, LABELS + scale(seconds.median)) + 8).toFixed(1)}" y="${middle + 4}" fill="#1f2933">${seconds.median.toFixed(2)}</text>`,
  ].join('\n')
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
