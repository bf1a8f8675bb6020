/**
 * Canonical bytes of a cell by its logical type: what the digest hashes, the same for equal values whatever
 * engine they come from. `docs/digest.md` has the table. Written from values and apart from the encoders of
 * `stores/postgres/`, so that a wrong encoder makes a difference instead of being believed.
 */
import type { Cell, LogicalType } from '../../model/types.ts'
import { canonicalDecimal, decimalOfNumber } from './decimal.ts'
import { inetOf } from './inet.ts'
import { JsonWriter } from './json.ts'
import { Scratch } from './scratch.ts'
import { daysOf, timeOf, timestampOf } from './time.ts'
import { unfit } from './unfit.ts'

/**
 * `source`: cells as SQLite has them, by storage class · `typed`: cells as `stores/postgres/copy-out.ts`
 * hands them over (booleans, days, microseconds, 16 bytes of a UUID).
 */
export type Form = 'source' | 'typed'

/** Appends a cell's canonical bytes, or throws `Unfit`; what was appended before it is then of no use. */
export type CellWriter = (cell: Cell, out: Scratch) => void

/** The same for what is not NULL, without the `VALUE` that stands before it. */
export type ValueWriter = (cell: NonNullable<Cell>, out: Scratch) => void

/** The writer for cells of a type; to be chosen once per column. */
export function writerFor(type: LogicalType, form: Form): CellWriter {
  const write = valueWriter(type, form)
  return (cell, out) => {
    if (cell === null) return out.byte(NULL)
    out.byte(VALUE)
    write(cell, out)
  }
}

export const NULL = 0
export const VALUE = 1

/** What stands before the bytes of a text or blob that come in pieces. */
export function startLarge(bytes: number, out: Scratch): void {
  out.byte(VALUE)
  out.uint32(bytes)
}

export function valueWriter(type: LogicalType, form: Form): ValueWriter {
  switch (type.kind) {
    case 'boolean':
      return (cell, out) => out.byte(booleanOf(cell))
    case 'integer':
      return (cell, out) => out.int64(integerOf(cell))
    case 'float':
      return (cell, out) => writeFloat(floatOf(cell), out)
    case 'numeric':
      return (cell, out) => out.text(decimalOf(cell))
    case 'text':
      return (cell, out) => out.text(textOf(cell))
    case 'bytes':
      return (cell, out) => out.sized(bytesOf(cell))
    case 'date':
      return (cell, out) => out.int64(form === 'typed' ? typedTime(cell) : daysOf(isoText(cell)))
    case 'time':
      return (cell, out) => out.int64(form === 'typed' ? typedTime(cell) : timeOf(isoText(cell)))
    case 'timestamp':
      return (cell, out) =>
        out.int64(form === 'typed' ? typedTime(cell) : timestampOf(isoText(cell), type.zone))
    case 'json': {
      const json = new JsonWriter(!type.binary)
      return (cell, out) => writeJson(json, textOf(cell), out)
    }
    case 'uuid':
      return (cell, out) => out.raw(uuidOf(cell))
    case 'inet':
      return (cell, out) => writeInet(cell, out)
    case 'native':
      return (cell, out) => out.sized(bytesOf(cell))
    case 'cell':
      return writeCell
  }
}

function booleanOf(cell: NonNullable<Cell>): 0 | 1 {
  if (cell === true || cell === 1 || cell === 1n) return 1
  if (cell === false || cell === 0 || cell === 0n) return 0
  if (typeof cell === 'string' && /^(t|true|f|false|1|0)$/i.test(cell)) return /^[t1]/i.test(cell) ? 1 : 0
  return unfit('is neither true nor false')
}

function integerOf(cell: NonNullable<Cell>): number | bigint {
  if (Number.isSafeInteger(cell)) return cell as number
  if (typeof cell === 'number' && Number.isInteger(cell)) return in64(BigInt(cell))
  if (typeof cell === 'bigint') return in64(cell)
  if (typeof cell === 'string' && /^[+-]?\d{1,40}$/.test(cell)) return in64(BigInt(cell.replace('+', '')))
  return unfit('is not an integer')
}

const in64 = (value: bigint): bigint =>
  value === BigInt.asIntN(64, value) ? value : unfit('does not fit into 64 bits')

function floatOf(cell: NonNullable<Cell>): number {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'bigint' && BigInt(Number(cell)) === cell) return Number(cell)
  if (typeof cell === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell)) return Number(cell)
  return unfit('is not a floating-point number')
}

/** One zero and one NaN: SQLite has no other. */
export function writeFloat(value: number, out: Scratch): void {
  out.float64(value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value)
}

function decimalOf(cell: NonNullable<Cell>): string {
  if (typeof cell === 'number') return decimalOfNumber(cell)
  if (typeof cell === 'string') return canonicalDecimal(cell)
  return typeof cell === 'bigint' ? canonicalDecimal(cell.toString()) : unfit('is not a decimal number')
}

/** Numbers in a column of texts count as what the copy prints: all digits, or the shortest that reads back. */
function textOf(cell: NonNullable<Cell>): string {
  if (typeof cell === 'string') return cell
  return typeof cell === 'number' || typeof cell === 'bigint' ? String(cell) : unfit('is not a text')
}

const bytesOf = (cell: NonNullable<Cell>): Uint8Array =>
  cell instanceof Uint8Array ? cell : unfit('is not a string of bytes')

const isoText = (cell: NonNullable<Cell>): string =>
  typeof cell === 'string' ? cell : unfit('is not a date or time as text')

/** Days or microseconds; PostgreSQL's infinities stand at the ends of 64 bits, as they do in its storage. */
function typedTime(cell: NonNullable<Cell>): number | bigint {
  if (cell === Number.POSITIVE_INFINITY) return 0x7fff_ffff_ffff_ffffn
  if (cell === Number.NEGATIVE_INFINITY) return -0x8000_0000_0000_0000n
  return typeof cell === 'number' || typeof cell === 'bigint' ? cell : unfit('is not a date or time')
}

/** A text in UTF-8, behind the four bytes of its length. */
const UTF8 = new Scratch()

function writeJson(json: JsonWriter, text: string, out: Scratch): void {
  UTF8.clear()
  UTF8.text(text)
  json.write(UTF8.bytes, UTF8.view, 4, UTF8.length, out)
}

function uuidOf(cell: NonNullable<Cell>): Uint8Array {
  if (cell instanceof Uint8Array && cell.length === 16) return cell
  if (typeof cell === 'string' && UUID.test(cell)) return Buffer.from(cell.replaceAll('-', ''), 'hex')
  return unfit('is not a UUID')
}

const UUID = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** Storage classes as SQLite numbers them. */
export const CLASS = { integer: 1, real: 2, text: 3, blob: 4 } as const

function writeCell(cell: NonNullable<Cell>, out: Scratch): void {
  if (typeof cell === 'bigint') {
    out.byte(CLASS.integer)
    out.int64(cell)
  } else if (typeof cell === 'number') {
    out.byte(CLASS.real)
    writeFloat(cell, out)
  } else if (typeof cell === 'string') {
    out.byte(CLASS.text)
    out.text(cell)
  } else {
    out.byte(CLASS.blob)
    out.sized(bytesOf(cell))
  }
}

function writeInet(cell: NonNullable<Cell>, out: Scratch): void {
  const { family, prefix, bytes } = inetOf(
    typeof cell === 'string' ? cell : unfit('is not an internet address'),
  )
  out.byte(family)
  out.byte(prefix)
  out.raw(bytes)
}
