/** A suggested mapping as a plan file. */
import type { SuggestedTable } from './suggest.ts'

export function writeSuggestion(tables: readonly SuggestedTable[], gaps: readonly string[]): string {
  const open = gaps.length === 0 ? [] : ['# To be decided:', ...gaps.map(gap => `# - ${oneLine(gap)}`)]
  const mapping = tables.length === 0 ? [] : ['mapping:', ...merged(tables).flatMap(tableLines)]
  return `${['version: 1', ...open, 'if_exists: append', ...mapping].join('\n')}\n`
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

/** Several sources of one table stand in a list. */
function merged(tables: readonly SuggestedTable[]): SuggestedTable[][] {
  const byTable = new Map<string, SuggestedTable[]>()
  for (const table of tables) byTable.set(table.table, [...(byTable.get(table.table) ?? []), table])
  return [...byTable.values()]
}

function tableLines(entries: SuggestedTable[]): string[] {
  const [first] = entries
  const head = `  ${word(first!.table)}:`
  if (entries.length === 1) return [head, ...entryLines(first!).map(line => `    ${line}`)]
  return [
    head,
    ...entries.flatMap(entry => entryLines(entry).map((line, i) => `    ${i === 0 ? '- ' : '  '}${line}`)),
  ]
}

function entryLines({ from, with: beside, columns, drop }: SuggestedTable): string[] {
  return [
    `from: ${word(from)}`,
    ...(beside === undefined ? [] : [`with: ${word(beside)}`]),
    'columns:',
    ...columns.flatMap(({ name, spec, open }) => [
      ...open.map(text => `  # ${oneLine(text)}`),
      `  ${word(name)}: ${spec}`,
    ]),
    ...(drop.length > 0 ? [`drop: [${drop.map(word).join(', ')}]`] : []),
  ]
}

/** A text as YAML takes it in a flow. */
export function word(text: string): string {
  const plain =
    /^[A-Za-z_][\w.-]*( [\w.-]+)*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text)
  return plain ? text : JSON.stringify(text)
}
