/**
 * Canonical bytes (`docs/digest.md`) of the fields of binary COPY, with no cell in between: what a check of every
 * row consists of. They are the bytes that `copy-fields.ts` and `stores/digest/canonical.ts` make by way of cells.
 */
import type { LogicalType } from '../../model/types.ts'
import { valueWriter, writeFloat } from '../digest/canonical.ts'
import { JsonWriter } from '../digest/json.ts'
import type { Scratch } from '../digest/scratch.ts'
import { EPOCH_DAYS, EPOCH_MICROS, fieldReader, otherJsonb, type SendFunction } from './copy-fields.ts'

/** Appends the canonical bytes of the value of `length` bytes that begins at `at`; before it stands `VALUE`. */
export type FieldWriter = (bytes: Buffer, view: DataView, at: number, length: number, out: Scratch) => void

/** The writer for fields of a format in a column of a type; what is not usual goes by way of its cell. */
export function fieldWriter(type: LogicalType, format: SendFunction): FieldWriter {
  // Integers may stand for decimals.
  if (type.kind === 'numeric') return byCell(type, format)
  return type.kind === 'json' ? json(type.binary, format) : (writers[format] ?? byCell(type, format))
}

function byCell(type: LogicalType, format: SendFunction): FieldWriter {
  const read = fieldReader(format)
  const write = valueWriter(type, 'typed')
  return (bytes, view, at, length, out) => write(read(bytes, view, at, length)!, out)
}

const writers: Partial<Record<SendFunction, FieldWriter>> = {
  boolsend: (bytes, _view, at, _length, out) => out.byte(bytes[at] === 0 ? 0 : 1),
  int2send: (_bytes, view, at, _length, out) => int32(view.getInt16(at), out),
  int4send: (_bytes, view, at, _length, out) => int32(view.getInt32(at), out),
  int8send: (_bytes, view, at, _length, out) => out.words(view.getInt32(at + 4), view.getInt32(at)),
  float4send: (_bytes, view, at, _length, out) => writeFloat(view.getFloat32(at), out),
  float8send: (_bytes, view, at, _length, out) => writeFloat(view.getFloat64(at), out),
  textsend: (bytes, view, at, length, out) => out.sizedPart(bytes, view, at, at + length),
  byteasend: (bytes, view, at, length, out) => out.sizedPart(bytes, view, at, at + length),
  date_send: (_bytes, view, at, _length, out) => days(view.getInt32(at), out),
  time_send: (_bytes, view, at, _length, out) => out.words(view.getInt32(at + 4), view.getInt32(at)),
  timestamp_send: (_bytes, view, at, _length, out) => micros(view.getInt32(at), view.getUint32(at + 4), out),
  uuid_send: (bytes, view, at, _length, out) => out.part(bytes, view, at, at + 16),
  inet_send: (bytes, view, at, _length, out) => inet(bytes, view, at, out),
}

/** `jsonb` comes as text behind a byte for the version of that. */
function json(binary: boolean, format: SendFunction): FieldWriter {
  const writer = new JsonWriter(!binary)
  if (format === 'json_send')
    return (bytes, view, at, length, out) => writer.write(bytes, view, at, at + length, out)
  return (bytes, view, at, length, out) => {
    if (bytes[at] !== 1) throw otherJsonb()
    writer.write(bytes, view, at + 1, at + length, out)
  }
}

const int32 = (value: number, out: Scratch): void => out.words(value, value >> 31)

const EPOCH_LOW = EPOCH_MICROS % 2 ** 32
const EPOCH_HIGH = Math.floor(EPOCH_MICROS / 2 ** 32)

/** Since 2000 as they come, since 1970 as they go; the ends of 64 bits are the infinities on both sides. */
function micros(high: number, low: number, out: Scratch): void {
  const isInfinite = (high === 0x7fff_ffff && low === 0xffff_ffff) || (high === -0x8000_0000 && low === 0)
  const sum = isInfinite ? low : low + EPOCH_LOW
  const carry = sum > 0xffff_ffff ? 1 : 0
  out.words(sum, isInfinite ? high : high + EPOCH_HIGH + carry)
}

/** As `micros`; the ends of 32 bits become those of 64. */
function days(sent: number, out: Scratch): void {
  if (sent === 0x7fff_ffff) out.words(-1, sent)
  else if (sent === -0x8000_0000) out.words(0, sent)
  else out.int64(sent + EPOCH_DAYS)
}

const IPV4 = 2

/** Family, prefix length, is it a cidr, number of bytes, bytes (`inet_send`). */
function inet(bytes: Buffer, view: DataView, at: number, out: Scratch): void {
  out.byte(bytes[at] === IPV4 ? 4 : 6)
  out.byte(bytes[at + 1]!)
  out.part(bytes, view, at + 4, at + 4 + bytes[at + 3]!)
}
