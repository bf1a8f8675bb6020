/**
 * Rows and cells as they were in the source, as JSON from which they can be made again: `docs/quarantine.md`
 * has the form. Texts and numbers are themselves; what JSON cannot hold exactly stands in an object with one
 * key that says what it is.
 */
import type { Cell, LargeValue, Row } from '../model/types.ts'
import { DamagedText } from './damaged-text.ts'
import { isLarge } from './large.ts'

/** A row as an object with the names of its columns. */
export function encodeRow(columns: readonly string[], row: Row): Buffer {
  const members = columns.map((name, i) => `${JSON.stringify(name)}:${cellJson(row[i]!)}`)
  return Buffer.from(`{${members.join(',')}}`)
}

export function encodeCell(cell: Cell): Buffer {
  return Buffer.from(cellJson(cell))
}

/** The cells that `encodeRow` was given, in the order of `columns`; undefined for a name that is not there. */
export function decodeRow(columns: readonly string[], bytes: Uint8Array): (Cell | undefined)[] {
  const members = new Map(Object.entries(JSON.parse(Buffer.from(bytes).toString('utf8')) as object))
  return columns.map(name => (members.has(name) ? decodeCell(members.get(name) as Coded) : undefined))
}

type Coded =
  | null
  | string
  | number
  | { integer: string }
  | { real: string }
  | { base64: string }
  | { hex: string; encoding: DamagedText['encoding'] }

function cellJson(cell: Cell): string {
  if (typeof cell === 'bigint') {
    return Number.isSafeInteger(Number(cell)) ? String(cell) : JSON.stringify({ integer: String(cell) })
  }
  if (typeof cell === 'number') return numberJson(cell)
  if (cell instanceof DamagedText)
    return JSON.stringify({ hex: Buffer.from(cell.blob).toString('hex'), encoding: cell.encoding })
  if (cell instanceof Uint8Array) return JSON.stringify({ base64: Buffer.from(cell).toString('base64') })
  return JSON.stringify(isLarge(cell) ? whole(cell) : cell)
}

function numberJson(value: number): string {
  if (Object.is(value, -0)) return '{"real":"-0"}'
  return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify({ real: String(value) })
}

function whole(value: LargeValue): unknown {
  const bytes = Buffer.concat([...value.pieces()])
  return value.kind === 'text' ? bytes.toString('utf8') : { base64: bytes.toString('base64') }
}

function decodeCell(coded: Coded): Cell {
  if (coded === null || typeof coded !== 'object') return coded
  if ('integer' in coded) return BigInt(coded.integer)
  if ('real' in coded) return Number(coded.real)
  if ('base64' in coded) return Buffer.from(coded.base64, 'base64')
  return DamagedText.around(Buffer.from(coded.hex, 'hex'), coded.encoding)
}
