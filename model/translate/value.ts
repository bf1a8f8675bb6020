/** Pieces of SQL while they are put together: what SQLite would say of each, beside its type in the target. */
import type { Expression } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'
import { type Affinity, type Scope, type TimesInText, Untranslatable } from './scope.ts'

export type Collation = 'BINARY' | 'NOCASE' | 'RTRIM'

export type Literal =
  | { kind: 'integer'; value: bigint }
  | { kind: 'real'; value: number; text: string }
  | { kind: 'text'; value: string }
  | { kind: 'blob'; hex: string }

export interface Value {
  /** Can stand before `::` and any operator. */
  sql: string
  /** Absent for a bare NULL, and for what has another type from row to row (`json`). */
  type?: LogicalType
  literal?: Literal
  /** Of columns and casts only; SQLite gives none to other expressions. */
  affinity?: Affinity
  /** Of columns and what COLLATE says; the latter wins. */
  collating?: { name: Collation; explicit: boolean }
  /** A time of which `sql` is the text: a timestamp without zone in UTC, a date or a time of day. */
  moment?: { sql: string; forms: MomentForm[] }
  /** A part of a JSON document, as `jsonb`; SQLite gives it the type that it has in each row. */
  json?: string
  /** With `json`: what `->>` gives. */
  bare?: string
  /** With `json`: the class of a part, in `sql`, where integers and floats of one value cannot be told apart. */
  partClass?: true
  /** A document that SQLite's JSON functions have just made, as `jsonb`: others take it in as JSON, not as a text. */
  fresh?: string
  /** The characters that a text has for certain: `DIGIT` any decimal one, `HEX` any hex one, others themselves. */
  shape?: string
  /** What `||` put together. */
  parts?: Value[]
  /** What all texts of a column are. */
  times?: TimesInText
  /** Decimals of a number, were it computed exactly. */
  scale?: number
  /** Numbers that SQLite holds as integers in one row and as floats in another; texts that are numbers in some. */
  mixed?: boolean
  /** See `ColumnRef`. */
  merged?: true
  given?: true
  /** NULL in every row. */
  empty?: true
}

export type MomentForm = 'date' | 'time' | 'timestamp' | 'timestamptz'

/** One translation under way. */
export interface Context {
  scope: Scope
  /** Set once a part of the SQL hangs on the clock, on chance or on settings. */
  volatile: boolean
  value(node: Expression, want?: LogicalType): Value
  truth(node: Expression): string
}

export const BOOLEAN: LogicalType = { kind: 'boolean' }
export const INTEGER: LogicalType = { kind: 'integer', bits: 64 }
export const SMALL: LogicalType = { kind: 'integer', bits: 32 }
export const FLOAT: LogicalType = { kind: 'float', bits: 64 }
export const TEXT: LogicalType = { kind: 'text' }
export const BYTES: LogicalType = { kind: 'bytes' }
export const JSONB: LogicalType = { kind: 'json', binary: true }

/** In a shape; no text that is written in SQL has these characters. */
export const DIGIT = '\uE000'
export const HEX = '\uE001'

export const NULL: Value = { sql: 'NULL' }

/** Ends the translation; `reason` is plain words that name the function or operator, and no value. */
export function refuse(reason: string): never {
  throw new Untranslatable(reason)
}

export function isNull(value: Value): boolean {
  return value.type === undefined && value.json === undefined
}

export function isNumber({ type }: Value): boolean {
  return ['boolean', 'integer', 'float', 'numeric'].includes(type?.kind ?? '')
}

export function isMomentType(type: LogicalType | undefined): boolean {
  return type?.kind === 'date' || type?.kind === 'time' || type?.kind === 'timestamp'
}

/** What a message calls the type of a value. */
export function nameOf({ type, json }: Value): string {
  if (json !== undefined) return 'part of a JSON document'
  const names: Record<LogicalType['kind'], string> = {
    boolean: 'boolean',
    integer: 'integer',
    float: 'float',
    numeric: 'decimal number',
    text: 'text',
    bytes: 'blob',
    date: 'date',
    time: 'time',
    timestamp: 'timestamp',
    json: 'JSON',
    uuid: 'UUID',
    inet: 'address',
    native: 'value of another type',
    cell: 'value of any kind',
  }
  return type ? names[type.kind] : 'NULL'
}
