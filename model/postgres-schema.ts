/**
 * What a PostgreSQL database holds, as a source describes itself. Names as the catalog has them, types, defaults
 * and expressions as `format_type` and `pg_get_expr` print them with an empty `search_path`.
 */
import type { Access, ReferentialAction } from './schema.ts'

export interface PostgresSchema {
  /** As in `PostgreSQL 15.18`. */
  engine: string
  /** The server version as a number: 150018. */
  version: number
  encoding: string
  database: string
  /** Those that are migrated, in the order of their names. */
  schemas: string[]
  tables: PostgresTable[]
  views: PostgresView[]
  enums: { schema: string; name: string; labels: string[] }[]
  domains: PostgresDomain[]
  sequences: PostgresSequence[]
  /** All else that must not vanish without a finding: functions, triggers, policies, extensions, rules … */
  others: PostgresObject[]
}

export interface PostgresTable {
  /** Its name in plans, unique: without the schema where that is `public`, else `schema.name`. */
  name: string
  schema: string
  relation: string
  /** Foreign tables are no tables but `others`. */
  kind: 'table' | 'partitioned'
  /** Plan name of the partitioned table it is a part of. */
  partitionOf?: string
  /** Plan names of the tables it inherits from, as `INHERITS` has it. */
  inherits: string[]
  columns: PostgresColumn[]
  primaryKey?: { name: string; columns: string[] }
  uniques: { name: string; columns: string[]; nullsNotDistinct?: true }[]
  /** `notValid`: rows that were there before it may break it. */
  checks: { name: string; expression: string; notValid?: true }[]
  foreignKeys: PostgresForeignKey[]
  indexes: PostgresIndex[]
  comment?: string
  /** Ranges in which the rows of this relation alone (`ONLY`) are read. */
  access: Access
  /** By statistics; exact once the assessment has counted. */
  rows: number
  /** Of its rows, without indexes. */
  bytes: number
}

export interface PostgresColumn {
  name: string
  /** As in `numeric(10,2)`, `character varying(20)[]`, `app.mood`. */
  type: string
  shape: TypeShape
  notNull: boolean
  /** The default's expression; of a serial column absent. */
  default?: string
  /** `STORED`. */
  generated?: string
  /** Numbers itself: an identity, or an integer whose default is the next of a sequence that it owns. */
  numbered?: 'always' | 'default' | 'serial'
  /** In SQL, where it is not the type's own. */
  collation?: string
  comment?: string
  /** What only values tell; absent before the assessment, and of types that have nothing to tell. */
  facts?: ValueFacts
}

/** Counts, lengths and ranges of a column's values that decide about types in other engines; no value itself. */
export interface ValueFacts {
  /** `NaN` among numbers. */
  nan?: true
  /** Infinities among numbers, dates and times. */
  infinite?: true
  /** `-0` among floats. */
  negativeZero?: true
  /** Of `numeric`, finite: most digits before the point and behind it. Absent where there is no value. */
  digits?: { whole: number; scale: number }
  /** Years of the least and the greatest finite date or timestamp (UTC); 1 BC is 0. Absent where there is no value. */
  years?: { min: number; max: number }
  /** Bytes of the longest text or `bytea`, in the server's encoding. Absent where there is no value. */
  longest?: number
}

/** What stands behind a type: `base` types by their internal name (`int4`, `timestamptz`). */
export type TypeShape =
  | { kind: 'base'; name: string; length?: number; precision?: number; scale?: number }
  | { kind: 'array'; element: TypeShape }
  | { kind: 'enum' | 'composite' | 'range' | 'multirange'; schema: string; name: string }
  /** `base` is what it finally stands on, through other domains. */
  | { kind: 'domain'; schema: string; name: string; base: TypeShape }
  /** Of an extension or made by hand. */
  | { kind: 'other'; schema: string; name: string }

export interface PostgresForeignKey {
  name: string
  columns: string[]
  /** The table referred to; its plan name where it is migrated. */
  references: { schema: string; table: string; name?: string; columns: string[] }
  onUpdate: ReferentialAction
  onDelete: ReferentialAction
  deferrable: boolean
  deferred: boolean
  validated: boolean
  /** Of several columns all are NULL, or none. */
  matchFull?: true
  /** `ON DELETE SET NULL` or `SET DEFAULT` of some of its columns. */
  setsSomeColumns?: true
}

export interface PostgresIndex {
  name: string
  unique: boolean
  method: string
  /** An exclusion constraint stands on it. */
  exclusion?: true
  parts: {
    column?: string
    expression?: string
    descending: boolean
    collation?: string
    operators?: string
  }[]
  include: string[]
  where?: string
  valid: boolean
  /** `pg_get_indexdef`. */
  sql: string
}

export interface PostgresView {
  schema: string
  name: string
  materialized: boolean
  columns: string[]
  /** `pg_get_viewdef` without its semicolon. */
  query: string
}

export interface PostgresDomain {
  schema: string
  name: string
  base: TypeShape
  notNull: boolean
  default?: string
  checks: { name: string; expression: string }[]
}

export interface PostgresSequence {
  schema: string
  name: string
  /** The column that owns it, by its table's plan name. */
  owner?: { table: string; column: string }
  /** Decimal text; `called` is whether it was given out. */
  last: string
  called: boolean
}

export interface PostgresObject {
  /** In words, as in `function`, `trigger`, `extension`, `policy`. */
  kind: string
  schema?: string
  name: string
  /** Plan name of the table that it belongs to. */
  table?: string
  /** Its definition where the server prints one. */
  sql: string
}
