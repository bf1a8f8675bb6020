/** Cells of a row for people and private files. */
import type { MappedCell } from '../../model/mapping/refusal.ts'

const MOST = 200

/** As in `doc_id = D-1, part = 2`; the cells of the key are the first ones. */
export function keyText(columns: readonly string[], cells: readonly MappedCell[]): string {
  const text = columns.map((name, i) => `${name} = ${shownCell(cells[i] ?? null) ?? 'NULL'}`).join(', ')
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text
}

/** The cells by column, in JSON; bytes in hex. */
export function rawText(columns: readonly string[], cells: readonly MappedCell[] | undefined): string {
  return JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, jsonCell(cells?.[i] ?? null)])))
}

export function shownCell(cell: MappedCell): string | null {
  if (cell === null) return null
  return cell instanceof Uint8Array ? `\\x${Buffer.from(cell).toString('hex')}` : String(cell)
}

const jsonCell = (cell: MappedCell): string | number | null =>
  typeof cell === 'number' || (typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)))
    ? Number(cell)
    : shownCell(cell)
