/**
 * Logical types in PostgreSQL's words: how a plan file, a finding and a printed plan spell them.
 */
import type { LogicalType } from './types.ts'

/** PostgreSQL's limits on `numeric(precision, scale)` and `varchar(length)`. */
export const MAX_PRECISION = 1000
export const MAX_LENGTH = 10_485_760

const NAMES: Record<string, LogicalType> = {
  boolean: { kind: 'boolean' },
  bool: { kind: 'boolean' },
  smallint: { kind: 'integer', bits: 16 },
  int2: { kind: 'integer', bits: 16 },
  integer: { kind: 'integer', bits: 32 },
  int: { kind: 'integer', bits: 32 },
  int4: { kind: 'integer', bits: 32 },
  bigint: { kind: 'integer', bits: 64 },
  int8: { kind: 'integer', bits: 64 },
  real: { kind: 'float', bits: 32 },
  float4: { kind: 'float', bits: 32 },
  'double precision': { kind: 'float', bits: 64 },
  float8: { kind: 'float', bits: 64 },
  numeric: { kind: 'numeric' },
  decimal: { kind: 'numeric' },
  text: { kind: 'text' },
  varchar: { kind: 'text' },
  'character varying': { kind: 'text' },
  bytea: { kind: 'bytes' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  'time without time zone': { kind: 'time' },
  timestamp: { kind: 'timestamp', zone: false },
  'timestamp without time zone': { kind: 'timestamp', zone: false },
  timestamptz: { kind: 'timestamp', zone: true },
  'timestamp with time zone': { kind: 'timestamp', zone: true },
  json: { kind: 'json', binary: false },
  jsonb: { kind: 'json', binary: true },
  uuid: { kind: 'uuid' },
  inet: { kind: 'inet' },
}

/** The spellings that `parseType` knows, for help and "did you mean". */
export const TYPE_NAMES: readonly string[] = Object.keys(NAMES)

/**
 * Reads a PostgreSQL type as a plan file spells it: `bigint`, `varchar(40)`, `numeric(10,2)`; case and spacing
 * do not matter. Undefined where longhaul has no such type or PostgreSQL would refuse its modifiers.
 */
export function parseType(text: string): LogicalType | undefined {
  const match = /^([a-z][a-z0-9 ]*?) ?(?:\( ?(\d{1,9}) ?(?:, ?(\d{1,9}) ?)?\))?$/.exec(
    text.trim().toLowerCase().replace(/\s+/g, ' '),
  )
  const name = match?.[1] ?? ''
  const type = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined
  if (!match || !type || match[2] === undefined) return type
  return withModifiers(name, type, Number(match[2]), match[3] === undefined ? undefined : Number(match[3]))
}

function withModifiers(name: string, type: LogicalType, first: number, second: number | undefined) {
  if (type.kind === 'numeric') {
    const scale = second ?? 0
    const possible = first >= 1 && first <= MAX_PRECISION && scale <= first
    return possible ? { kind: 'numeric' as const, precision: first, scale } : undefined
  }
  if (type.kind !== 'text' || name === 'text' || second !== undefined || first < 1 || first > MAX_LENGTH)
    return undefined
  return { kind: 'text' as const, maxLength: first }
}

/** PostgreSQL's own name of a logical type. */
export function showType(type: LogicalType): string {
  switch (type.kind) {
    case 'boolean':
    case 'date':
    case 'time':
    case 'uuid':
    case 'inet':
      return type.kind
    case 'integer':
      return { 16: 'smallint', 32: 'integer', 64: 'bigint' }[type.bits]
    case 'float':
      return type.bits === 64 ? 'double precision' : 'real'
    case 'numeric':
      return type.precision === undefined ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`
    case 'text':
      return type.maxLength === undefined ? 'text' : `varchar(${type.maxLength})`
    case 'bytes':
      return 'bytea'
    case 'timestamp':
      return type.zone ? 'timestamptz' : 'timestamp'
    case 'json':
      return type.binary ? 'jsonb' : 'json'
    case 'native':
      return type.name
    case 'cell':
      return 'as it stands'
  }
}
