/** Logical types and PostgreSQL's names for them. */
import type { ColumnPlan } from '../../model/plan.ts'
import type { LogicalType } from '../../model/types.ts'

/** The SQL text of a type, in the spelling of `format_type()`. */
export function sqlType(type: LogicalType): string {
  switch (type.kind) {
    case 'integer':
      return { 16: 'smallint', 32: 'integer', 64: 'bigint' }[type.bits]
    case 'float':
      return type.bits === 32 ? 'real' : 'double precision'
    case 'numeric':
      return type.precision === undefined ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`
    case 'text':
      return type.maxLength === undefined ? 'text' : `character varying(${type.maxLength})`
    case 'bytes':
      return 'bytea'
    case 'time':
      return 'time without time zone'
    case 'timestamp':
      return type.zone ? 'timestamp with time zone' : 'timestamp without time zone'
    case 'json':
      return type.binary ? 'jsonb' : 'json'
    case 'boolean':
    case 'date':
    case 'uuid':
    case 'inet':
      return type.kind
    case 'native':
      return type.name
    case 'cell':
      return 'bytea'
  }
}

/** The type of a column with its collation, as DDL and a cast take them. */
export function columnType({ type, collation }: Pick<ColumnPlan, 'type' | 'collation'>): string {
  return collation === undefined ? sqlType(type) : `${sqlType(type)} COLLATE ${collation}`
}

const PLAIN: Record<string, LogicalType> = {
  boolean: { kind: 'boolean' },
  smallint: { kind: 'integer', bits: 16 },
  integer: { kind: 'integer', bits: 32 },
  bigint: { kind: 'integer', bits: 64 },
  real: { kind: 'float', bits: 32 },
  'double precision': { kind: 'float', bits: 64 },
  numeric: { kind: 'numeric' },
  text: { kind: 'text' },
  'character varying': { kind: 'text' },
  bytea: { kind: 'bytes' },
  date: { kind: 'date' },
  'time without time zone': { kind: 'time' },
  'timestamp without time zone': { kind: 'timestamp', zone: false },
  'timestamp with time zone': { kind: 'timestamp', zone: true },
  json: { kind: 'json', binary: false },
  jsonb: { kind: 'json', binary: true },
  uuid: { kind: 'uuid' },
  inet: { kind: 'inet' },
}

/**
 * The logical type behind a name that `format_type()` printed while `search_path` was `pg_catalog`, so that
 * a user's type of the same name comes qualified and is not taken for it. Undefined for domains, enums,
 * arrays, and for types that would change values on their own: `timestamp(3)` rounds, `character(n)` pads,
 * `numeric(3,-2)` cuts.
 */
export function logicalType(name: string): LogicalType | undefined {
  const varchar = /^character varying\((\d+)\)$/.exec(name)
  if (varchar) return { kind: 'text', maxLength: Number(varchar[1]) }
  const numeric = /^numeric\((\d+),(\d+)\)$/.exec(name)
  if (numeric) return { kind: 'numeric', precision: Number(numeric[1]), scale: Number(numeric[2]) }
  return Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined
}
