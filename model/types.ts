/**
 * Logical types: what a column means, whatever engine holds it. A plan gives each column one; stores map
 * it to their own type names, encoders and canonical forms.
 */
export type LogicalType =
  | { kind: 'boolean' }
  | { kind: 'integer'; bits: 16 | 32 | 64 }
  | { kind: 'float'; bits: 32 | 64 }
  /** Exact decimals; without a precision any number of digits. */
  | { kind: 'numeric'; precision?: number; scale?: number }
  /** `maxLength` counts characters (code points); `labels`: those of an enum, no other text. */
  | { kind: 'text'; maxLength?: number; labels?: string[] }
  | { kind: 'bytes' }
  | { kind: 'date' }
  | { kind: 'time' }
  /** Microseconds; `zone` says whether a value is an instant (UTC) or a reading of a clock on a wall. */
  | { kind: 'timestamp'; zone: boolean }
  /** `binary` normalises (order, spacing, duplicate keys), as `jsonb` does. */
  | { kind: 'json'; binary: boolean }
  | { kind: 'uuid' }
  | { kind: 'inet' }
  /** A type of PostgreSQL that goes to the same type of PostgreSQL as it stands; in its own spelling. */
  | { kind: 'native'; name: string }
  /** A cell of SQLite that goes to SQLite as it stands, with its storage class; integers come as bigint. */
  | { kind: 'cell' }

/**
 * One value as a store hands it over. From SQLite: its storage class (integers as `number` where the
 * column's range is within ±2^53, else `bigint`). From PostgreSQL: see `stores/postgres/copy-out.ts`.
 */
export type Cell = null | number | bigint | string | boolean | Uint8Array | LargeValue

/** A text or blob that nobody holds as a whole: its bytes (of a text: UTF-8) come in pieces, anew each time. */
export interface LargeValue {
  kind: 'text' | 'bytes'
  bytes: number
  /** Pieces of a text end between characters. */
  pieces(): Iterable<Uint8Array>
}
/** The cells of one row in the order of the plan's columns. */
export type Row = Cell[]
