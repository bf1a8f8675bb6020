/** What the columns of an image are, as SQLite is told it. */
import type { FoundKind } from '../files/found-type.ts'
import type { LogicalType } from '../types.ts'
import { CAST_TYPES } from './casts.ts'
import { dateFormat } from './dates.ts'
import type { MappedColumn, Scalar } from './mapping.ts'

/** A declaration whose affinity changes no value, and from which the same type is found again. */
export function declarationOf(type: LogicalType | undefined): string {
  switch (type?.kind) {
    case undefined:
    case 'cell':
    case 'native':
      return ''
    case 'boolean':
    case 'date':
    case 'time':
    case 'uuid':
    case 'inet':
      return type.kind.toUpperCase()
    case 'integer':
      return 'INTEGER'
    case 'float':
      return 'REAL'
    case 'numeric':
      return decimal(type)
    case 'text':
      return type.maxLength === undefined ? 'TEXT' : `VARCHAR(${type.maxLength})`
    // The affinity of JSON is NUMERIC: a document that is a number would lose digits.
    case 'json':
      return 'JSON_TEXT'
    case 'bytes':
      return 'BLOB'
    case 'timestamp':
      return type.zone ? 'TIMESTAMPTZ' : 'TIMESTAMP'
  }
}

const DIGITS_OF_DOUBLE = 15

/** SQLite's own numbers where they lose no digit, texts elsewhere. */
const decimal = ({ precision, scale = 0 }: { precision?: number; scale?: number }): string =>
  precision !== undefined && precision <= DIGITS_OF_DOUBLE ? `NUMERIC(${precision},${scale})` : 'DECIMAL_TEXT'

const TYPES: Record<FoundKind, LogicalType | undefined> = {
  boolean: { kind: 'boolean' },
  integer: { kind: 'integer', bits: 64 },
  decimal: { kind: 'numeric' },
  float: { kind: 'float', bits: 64 },
  date: { kind: 'date' },
  time: { kind: 'time' },
  timestamp: { kind: 'timestamp', zone: false },
  timestamptz: { kind: 'timestamp', zone: true },
  uuid: { kind: 'uuid' },
  json: { kind: 'json', binary: true },
  bytes: { kind: 'bytes' },
  text: { kind: 'text' },
  mixed: undefined,
}

/** Of a column of a table that is made: by what is done with its values; undefined where that says nothing. */
export function typeOfColumn(
  column: MappedColumn,
  found: (column: string) => FoundKind | undefined,
): LogicalType | undefined {
  const { cast, mask, hash, date, zone, values, lookups, split, otherwise } = column
  if (cast) return CAST_TYPES[cast]
  if (mask || hash || 'password' in column) return { kind: 'text' }
  const last = lookups?.at(-1)
  if (last)
    return 'values' in last.in
      ? typeOfScalars([...Object.values(last.in.values), otherwise ?? null])
      : undefined
  if (values) return typeOfScalars([...Object.values(values), otherwise ?? null, column.default ?? null])
  if (date) return typeOfFormat(date, zone)
  if (split || 'concat' in column) return { kind: 'text' }
  if ('generate' in column) return { kind: 'integer', bits: 64 }
  if ('constant' in column) return typeOfScalars([column.constant])
  const kind = 'from' in column ? found(column.from) : undefined
  return kind && column.default === undefined ? TYPES[kind] : undefined
}

function typeOfFormat(format: string, zone: string | undefined): LogicalType {
  if (!/[Hh]/.test(format)) return { kind: 'date' }
  return {
    kind: 'timestamp',
    zone: zone !== undefined || (format.includes('Z') && dateFormat(format) !== undefined),
  }
}

function typeOfScalars(values: readonly Scalar[]): LogicalType | undefined {
  const kinds = new Set(values.filter(value => value !== null).map(value => typeof value))
  if (kinds.size !== 1) return undefined
  if (kinds.has('boolean')) return { kind: 'boolean' }
  if (kinds.has('string')) return { kind: 'text' }
  return values.every(value => value === null || Number.isSafeInteger(value))
    ? { kind: 'integer', bits: 64 }
    : { kind: 'float', bits: 64 }
}
