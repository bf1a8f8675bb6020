/** The assessment as Markdown that reads well in a terminal too. */
import { count, number, showBytes } from './amounts.ts'
import type { AssessDocument, AssessedColumn, AssessedFinding, AssessedTable } from './assess-document.ts'
import { type FindingGroup, groupFindings, groupRemedy, showObjects } from './finding-groups.ts'
import { leftOutLines } from './left-out-lines.ts'
import { escapeControls, showName } from './name-text.ts'

/** The same document gives the same text; ends with a line end. */
export function renderAssessment(document: AssessDocument): string {
  const { source, engine, encoding, takenAt, tables, leftOut, findings } = document
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0)
  const lines = [
    `# Assessment of ${source}`,
    '',
    `${engine}, ${encoding}, as of ${takenAt}: ${count(tables.length, 'table')}, ${count(rows, 'row')}, ${showBytes(bytes)} of values.`,
    ...tables.flatMap(tableLines),
    ...section(
      'Not in the target',
      leftOutLines(leftOut).map(line => `- ${line}`),
    ),
    ...section('Findings', groupFindings(findings).flatMap(findingLines)),
    ...(findings.length === 0 ? ['', 'Nothing stands in the way.'] : []),
  ]
  return `${lines.map(escapeControls).join('\n')}\n`
}

function tableLines(table: AssessedTable): string[] {
  return [
    '',
    `## ${showName(table.name)}`,
    '',
    `${count(table.rows, 'row')}, ${showBytes(table.bytes)}. Key: ${table.key ?? 'none'}.${table.dependents.length > 0 ? ` What depends on it: ${table.dependents.join(', ')}.` : ''}`,
    '',
    ...aligned([HEAD, ...table.columns.map(columnCells)]),
  ]
}

const HEAD = ['Column', 'Declared', 'Values', 'Nulls', 'Range', 'Longest', 'Formats', 'Becomes', 'Why']

function columnCells(column: AssessedColumn): string[] {
  const { name, declared, counts, integers, longest, formats, target, why } = column
  const classes = (['integer', 'real', 'text', 'blob'] as const).filter(kind => counts[kind] > 0)
  return [
    showName(name),
    declared,
    classes.map(kind => `${number(counts[kind])} ${kind}`).join(', '),
    number(counts.null),
    integers ? `${integers.min} … ${integers.max}` : '',
    longestInWords(longest),
    formats.join(', '),
    target ?? '',
    why ?? '',
  ]
}

function longestInWords({ textBytes, textChars, blobBytes }: AssessedColumn['longest']): string {
  const parts = [textBytes > 0 && count(textChars, 'character'), blobBytes > 0 && showBytes(blobBytes)]
  return parts.filter(Boolean).join(', ')
}

function findingLines(group: FindingGroup<AssessedFinding>): string[] {
  const { severity, code, message, example, value } = group.finding
  const shown = value === undefined ? '' : `: ${value}`
  const remedy = groupRemedy(group)
  return [
    `- **${severity}** \`${code}\` ${showObjects(group, group.objects.length)}: ${message}.${example ? ` Example: ${example}${shown}.` : ''}`,
    ...(remedy ? [`  → ${remedy}`] : []),
  ]
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]
}

/** A Markdown table whose columns stand under each other. */
function aligned(rows: string[][]): string[] {
  const cells = rows.map(row => row.map(text => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')))
  const widths = cells[0]!.map((_, i) => Math.max(3, ...cells.map(row => row[i]!.length)))
  const lines = cells.map(row => `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`)
  return [lines[0]!, `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...lines.slice(1)]
}
