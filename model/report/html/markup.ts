/** HTML made of templates: what is put into one is text, and escaped, unless it came out of another. */
import { escapeControls } from '../../name-text.ts'

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = string | number | Html | readonly Html[] | undefined

/** The only way to make markup: `html\`<b>${name}</b>\``. Undefined is nothing. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(fixed.map((text, i) => (i === 0 ? text : partText(parts[i - 1]) + text)).join(''))
}

function partText(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return escapeHtml(String(part))
}

/** Also what is invisible or turns the direction of writing is shown; line ends and tabs stay. */
const escapeHtml = (text: string): string =>
  text
    .split(/(\r?\n|\t)/)
    .map((piece, i) => (i % 2 === 1 ? piece : escapeControls(piece)))
    .join('')
    .replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

/** A part of the page, or nothing where it would be empty. */
export function section(id: string, title: string, content: Part, intro?: string): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${intro === undefined ? undefined : html`<p class="intro">${intro}</p>`}
${content}
</section>
`
}

export interface Column<T> {
  title: string
  cell: (row: T) => Part
  /** Amounts stand to the right. */
  number?: boolean
}

/** Rows that a browser shows without pain. */
const MOST_ROWS = 2000

/** A table that scrolls by itself where the page is too narrow; the first cell of a row is its head. */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[], foot?: T): Html {
  const kind = ({ number }: Column<T>) => new Html(number ? ' class="n"' : '')
  const line = (row: T) =>
    columns.map((column, i) =>
      i === 0
        ? html`<th scope="row"${kind(column)}>${column.cell(row)}</th>`
        : html`<td${kind(column)}>${column.cell(row)}</td>`,
    )
  return html`<div class="wide" role="region" aria-label="${caption}" tabindex="0"><table>
<thead><tr>${columns.map(column => html`<th scope="col"${kind(column)}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows.slice(0, MOST_ROWS).map(row => html`<tr>${line(row)}</tr>\n`)}</tbody>
${foot === undefined ? undefined : html`<tfoot><tr>${line(foot)}</tr></tfoot>`}</table></div>
${rows.length > MOST_ROWS ? html`<p class="intro">And ${rows.length - MOST_ROWS} more, which the report as JSON has.</p>` : undefined}`
}

/** A list of facts by name; those that are undefined are left out. */
export function facts(entries: readonly (readonly [string, Part])[]): Html {
  const known = entries.filter(([, value]) => value !== undefined && value !== '')
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`
}

/** A word in a small coloured frame; `tone` also has a sign, for who sees no colours. */
export const pill = (tone: 'good' | 'warn' | 'bad' | 'plain', word: string): Html =>
  html`<span class="pill ${tone}">${word}</span>`

export const time = (iso: string, shown: string): Html => html`<time datetime="${iso}">${shown}</time>`

/** What one opens to read more. */
export const more = (summary: string, content: Part): Html =>
  html`<details><summary>${summary}</summary>${content}</details>`

export const list = (items: readonly Part[]): Html =>
  html`<ul>${items.map(item => html`<li>${item}</li>\n`)}</ul>`
