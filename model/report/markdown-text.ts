/** Words of others in Markdown: names may hold anything, and none of it may become markup. */
import { escapeControls } from '../name-text.ts'

/** Text inside a line or a cell of a table. */
export const cell = (text: string): string =>
  escapeControls(text.replace(/[\r\n]+/g, ' '))
    .replace(/[\\`*[\]<>|~]/g, '\\$&')
    // Between letters an underscore is none of Markdown's; an ampersand only where it would begin an entity.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/:(?=\/\/)/g, '\\:')

/** The text as code inside a line or a cell, whatever backticks it holds; nothing of an empty one. */
export function code(text: string): string {
  if (text === '') return ''
  const shown = escapeControls(text.replace(/[\r\n]+/g, ' ')).replace(/\|/g, '\\|')
  const fence = '`'.repeat(longestRun(shown, /`+/g) + 1)
  return shown.includes('`') ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`
}

/** Lines of code as a block of their own. */
export function block(language: string, text: string): string {
  const fence = '~'.repeat(Math.max(longestRun(text, /~+/g) + 1, 3))
  return `${fence}${language}\n${text}\n${fence}`
}

const longestRun = (text: string, run: RegExp) =>
  [...text.matchAll(run)].reduce((most, [found]) => Math.max(most, found.length), 0)

/** A table; `align` has a letter a column: `l` or `r`. */
export function table(
  titles: readonly string[],
  align: string,
  rows: readonly (readonly string[])[],
): string {
  const rule = [...align].map(side => (side === 'r' ? '---:' : '---'))
  return [titles, rule, ...rows].map(line => `| ${line.join(' | ')} |`).join('\n')
}

export const list = (lines: readonly string[]): string => lines.map(line => `- ${line}`).join('\n')
