/** Numbers, times and tables for readers. */
import { number } from '../../model/amounts.ts'

/** `1,234,567`. */
export const count = (n: number): string => number(Math.round(n))

/** `0.42 s`, `1.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.995) return `${seconds.toFixed(2)} s`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`
}

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

const widthOf = (grapheme: string) => (WIDE.test(grapheme) ? 2 : 1)

/** Columns that a text takes on a terminal. */
export function width(text: string): number {
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + widthOf(segment), 0)
}

/** The text in exactly so many columns: cut with an ellipsis, or padded. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const cut = clip(text, columns)
  const space = ' '.repeat(Math.max(columns - width(cut), 0))
  return align === 'left' ? cut + space : space + cut
}

/** The text in at most so many columns. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    if (used + widthOf(segment) > columns - 1) break
    kept += segment
    used += widthOf(segment)
  }
  return columns > 0 ? `${kept}…` : ''
}

/** The text in lines of at most so many columns, broken between words; what finds no room ends in an ellipsis. */
export function wrap(text: string, columns: number, most: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!
    const longer = last ? `${last} ${word}` : word
    if (width(longer) <= columns || last === '' || lines.length === most) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.map(line => clip(line, columns))
}

export interface Column<T> {
  title: string
  value: (row: T) => string
  align?: 'left' | 'right'
}

const LONGEST = 60

/** A table as lines, each column as wide as its widest cell (60 at most). */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = [columns.map(c => c.title), ...rows.map(row => columns.map(c => c.value(row)))]
  const widths = columns.map((_, i) => Math.min(LONGEST, Math.max(...cells.map(line => width(line[i]!)))))
  return cells
    .map(line =>
      line
        .map((cell, i) => fit(cell, widths[i]!, columns[i]!.align))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-01-31T12:00:00Z`. */
export const moment = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z')

/** `one table`, `3 tables`. */
export const plural = (n: number, noun: string): string => (n === 1 ? `one ${noun}` : `${count(n)} ${noun}s`)
