/** What a mapping makes of the first rows, before and after, side by side. */

/** Values as texts; for screens and private files alone. */
export interface Preview {
  tables: PreviewTable[]
}

export interface PreviewTable {
  /** Table of the target. */
  target: string
  /** Where its rows come from, in words. */
  from: string
  /** Of the target. */
  columns: string[]
  rows: PreviewRow[]
}

export interface PreviewRow {
  /** As in `doc_id = D-1`. */
  key: string
  before: Record<string, PreviewValue>
  /** Absent where nothing would be written. */
  after?: Record<string, PreviewValue>
  rejected?: { rule: string; reason: string }
  left?: 'filtered' | 'duplicate'
}

export type PreviewValue = string | null

const CELL = 36
const LINE = 2 * CELL + 28

/** As lines for a terminal of about 100 columns. */
export function showPreview({ tables }: Preview): string {
  return tables.map(showTable).join('\n\n')
}

function showTable({ target, from, columns, rows }: PreviewTable): string {
  const head = `${target} ← ${from} (${rows.length === 1 ? '1 row' : `${rows.length} rows`})`
  return [head, ...rows.flatMap(row => ['─'.repeat(LINE), ...showRow(row, columns)])].join('\n')
}

function showRow(row: PreviewRow, columns: string[]): string[] {
  const before = Object.entries(row.before).map(([name, value]) => cell(name, value))
  const after = row.after ? columns.map(name => cell(name, row.after![name] ?? null)) : [fate(row)]
  const lines = Math.max(before.length, after.length)
  const pairs = Array.from({ length: lines }, (_, i) =>
    `  ${padded(before[i] ?? '', LINE / 2 - 4)}${i === 0 ? ' → ' : '   '}${after[i] ?? ''}`.trimEnd(),
  )
  return [row.key, ...pairs]
}

const fate = ({ rejected, left }: PreviewRow): string =>
  rejected
    ? `rejected (${rejected.rule}): ${rejected.reason}`
    : left === 'filtered'
      ? 'left out by where'
      : 'a duplicate'

function cell(name: string, value: PreviewValue): string {
  const text = value === null ? 'NULL' : value.replace(/\s+/g, ' ')
  return cut(`${name}: ${text}`, LINE / 2 - 5)
}

const cut = (text: string, length: number) => {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

const padded = (text: string, length: number) => text + ' '.repeat(Math.max(0, length - [...text].length))
