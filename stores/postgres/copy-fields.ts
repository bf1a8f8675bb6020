/**
 * Fields of binary COPY as cells, by the type that the target's column really has: PostgreSQL names the
 * format by the type's send function, and a domain has its base type's. Formats as in PostgreSQL's
 * `src/backend/utils/adt` (`int8send`, `numeric_send`, `timestamptz_send` …). Knows nothing of `encode.ts`.
 */
import { Failure } from '../../model/failure.ts'
import type { Cell, LogicalType } from '../../model/types.ts'
import { inetText } from './copy-inet.ts'
import { numericText } from './copy-numeric.ts'

/** Reads one field of `length` bytes that begins at `at`; keeps no part of `bytes`. */
export type FieldReader = (bytes: Buffer, view: DataView, at: number, length: number) => Cell

/** Between 1970-01-01 and 2000-01-01, PostgreSQL's first day. */
export const EPOCH_DAYS = 10_957
export const EPOCH_MICROS = 946_684_800_000_000

/** Greatest upper half of a 64-bit number with which all lower halves make a safe integer. */
const SAFE_HIGH = 0x1f_ffff

const readers = {
  boolsend: (bytes, _view, at) => bytes[at] !== 0,
  int2send: (_bytes, view, at) => view.getInt16(at),
  int4send: (_bytes, view, at) => view.getInt32(at),
  int8send: (_bytes, view, at) => int64(view, at, 0),
  float4send: (_bytes, view, at) => view.getFloat32(at),
  float8send: (_bytes, view, at) => view.getFloat64(at),
  numeric_send: (_bytes, view, at) => numericText(view, at),
  textsend: (bytes, _view, at, length) => utf8(bytes, at, at + length),
  byteasend: (_bytes, view, at, length) => copyOf(view, at, length),
  date_send: (_bytes, view, at) => days(view.getInt32(at)),
  time_send: (_bytes, view, at) => int64(view, at, 0),
  timestamp_send: (_bytes, view, at) => micros(view, at),
  json_send: (bytes, _view, at, length) => utf8(bytes, at, at + length),
  jsonb_send: (bytes, _view, at, length) => jsonb(bytes, at, length),
  uuid_send: (_bytes, view, at) => copyOf(view, at, 16),
  inet_send: (bytes, _view, at) => inetText(bytes, at),
} satisfies Record<string, FieldReader>

export type SendFunction = keyof typeof readers

/** Send functions that write what another one writes. */
const SAME: Record<string, SendFunction> = {
  varcharsend: 'textsend',
  bpcharsend: 'textsend',
  namesend: 'textsend',
  citextsend: 'textsend',
  enum_send: 'textsend',
  timestamptz_send: 'timestamp_send',
  cidr_send: 'inet_send',
}

/** The send functions of the column types that may stand for a logical type. */
function sendFunctions(type: LogicalType): string[] {
  switch (type.kind) {
    case 'boolean':
      return ['boolsend']
    case 'integer':
      return ['int8send', 'int4send', 'int2send']
    case 'float':
      return ['float8send', 'float4send']
    case 'numeric':
      return ['numeric_send', 'int8send', 'int4send', 'int2send']
    case 'text':
      return ['textsend', 'varcharsend', 'bpcharsend', 'namesend', 'citextsend', 'enum_send']
    case 'bytes':
      return ['byteasend']
    case 'timestamp':
      return [type.zone ? 'timestamptz_send' : 'timestamp_send']
    case 'json':
      return ['json_send', 'jsonb_send']
    case 'inet':
      return ['inet_send', 'cidr_send']
    case 'date':
    case 'time':
    case 'uuid':
      return [`${type.kind}_send`]
    case 'native':
    case 'cell':
      return []
  }
}

/**
 * The format in which the function `sent`, without its schema, sends a column's type. Undefined where that type
 * cannot stand for the plan's.
 */
export function formatOf(type: LogicalType, sent: string): SendFunction | undefined {
  return sendFunctions(type).includes(sent) ? (SAME[sent] ?? (sent as SendFunction)) : undefined
}

/** The reader for fields of a format. */
export const fieldReader = (format: SendFunction): FieldReader => readers[format]

/** A signed 64-bit integer plus `add`, as a number where that is exact. */
function int64(view: DataView, at: number, add: number): number | bigint {
  const high = view.getInt32(at)
  if (high < SAFE_HIGH && high > -SAFE_HIGH) {
    const sum = high * 0x1_0000_0000 + view.getUint32(at + 4) + add
    if (Number.isSafeInteger(sum)) return sum
  }
  const exact = view.getBigInt64(at) + BigInt(add)
  const rounded = Number(exact)
  return Number.isSafeInteger(rounded) ? rounded : exact
}

/** Microseconds since 1970; the ends of 64 bits are the two infinities. */
function micros(view: DataView, at: number): number | bigint {
  const high = view.getInt32(at)
  const low = view.getUint32(at + 4)
  if (high === 0x7fff_ffff && low === 0xffff_ffff) return Number.POSITIVE_INFINITY
  if (high === -0x8000_0000 && low === 0) return Number.NEGATIVE_INFINITY
  return int64(view, at, EPOCH_MICROS)
}

/** Days since 1970; the ends of 32 bits are the two infinities. */
function days(sent: number): number {
  if (sent === 0x7fff_ffff) return Number.POSITIVE_INFINITY
  return sent === -0x8000_0000 ? Number.NEGATIVE_INFINITY : sent + EPOCH_DAYS
}

/** Node's own reader behind `Buffer.toString`: half the price for short texts. */
const utf8 = (bytes: Buffer, start: number, end: number): string =>
  (bytes as Buffer & { utf8Slice(start: number, end: number): string }).utf8Slice(start, end)

function jsonb(bytes: Buffer, at: number, length: number): string {
  if (bytes[at] !== 1) throw otherJsonb()
  return utf8(bytes, at + 1, at + length)
}

/** What cannot be: `jsonb` has had one version since it is there. */
export function otherJsonb(): Failure {
  return new Failure({ code: 'internal', message: 'the server sends jsonb in a version that is not known' })
}

const copyOf = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + at, length).slice()
