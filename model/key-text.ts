/** The key of a row in words, for findings and artifacts: `id = 17`, `(a, b) = (1, 'x')`. */
import type { Cell } from './types.ts'

/** Texts longer than this are cut: a key names a row, it is no copy of it. */
const LONGEST = 200

/** Cells as SQLite has them; characters that no other engine holds are escaped, so that the text goes anywhere. */
export function keyText(columns: readonly string[], cells: readonly Cell[]): string {
  const values = cells.map(valueText)
  return columns.length === 1
    ? `${columns[0]} = ${values[0]}`
    : `(${columns.join(', ')}) = (${values.join(', ')})`
}

/** One value in words, as SQL would have it; a long one is cut. */
export function valueText(cell: Cell): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'string') return quoted(cell)
  if (cell instanceof Uint8Array) return `x'${hex(cell)}'`
  return typeof cell === 'object' ? `${cell.bytes} bytes` : String(cell)
}

function quoted(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  // JSON escapes what cannot be seen or stored (NUL, lone surrogates); its quotes make way for those of SQL.
  const escaped = JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"')
  return `'${escaped.replaceAll("'", "''")}'`
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, LONGEST / 2), byte => byte.toString(16).padStart(2, '0')).join(
    '',
  )
  return bytes.length > LONGEST / 2 ? `${shown}…` : shown
}
