/**
 * The plan: what a run will do, as data. It is printed, hashed and executed as it stands; nothing decides
 * later. `what` is hashed, `how` may change while a run is paused.
 */
import type { Endpoint } from './endpoint.ts'
import type { Finding } from './finding.ts'
import type { Access, ReferentialAction } from './schema.ts'
import type { LogicalType } from './types.ts'

export interface Plan {
  what: PlanWhat
  how: PlanHow
  /** sha256 over the canonical JSON of `what`, in hex. */
  hash: string
  findings: Finding[]
}

export interface PlanWhat {
  version: 1
  kind: 'migrate'
  reason?: string
  operator?: string
  source: Endpoint
  target: Endpoint
  policies: Policies
  /** In the order of copying: largest first. */
  tables: TablePlan[]
  /** Objects of the source that the target will not have, with the reason. */
  leftOut: LeftOut[]
  /** Findings that the user consented to. */
  accept: string[]
}

export interface Policies {
  ifExists: IfExists
  onFailure: 'keep' | 'rollback'
  /** Which parts run: everything, only the tables and their parts, only rows, or a comparison alone. */
  scope: 'all' | 'schema' | 'data' | 'check'
}

export type IfExists = 'refuse' | 'use' | 'append' | 'replace'

export interface LeftOut {
  kind: string
  name: string
  sql: string
  reason: string
}

export interface PlanHow {
  /** Rows and bytes after which a chunk ends, whichever comes first (by the table's average row). */
  chunkRows: number
  chunkBytes: number
  /** Tables that are copied side by side. */
  tables: number
  /** Lanes (thread, source handle, target connection) of one large table. */
  lanes: number
}

export interface TablePlan {
  /** Name in the source; unique in a plan, and the table's name in ledger, progress and report. */
  name: string
  /** Where the rows go. */
  target: { schema: string; name: string }
  /** `create`: ours; `use`: was there, is loaded into; `replace`: the old one is kept aside. */
  action: 'create' | 'use' | 'replace'
  columns: ColumnPlan[]
  /** How the source is read in ranges. */
  access: Access
  /** Source columns of the key by which rows fall into digest buckets; empty: by the whole row. */
  key: string[]
  primaryKey?: { name?: string; columns: string[] }
  uniques: { name?: string; columns: string[] }[]
  indexes: IndexPlan[]
  foreignKeys: ForeignKeyPlan[]
  /** From the assessment: what `read` must come to, and what sizes are made of. */
  rows: number
  bytes: number
  /** Bytes that no row passes: the longest values of all columns. Without it, stores read row by row. */
  largestRow?: number
  /** Schema comparison for `use` and drift: the source's definition. */
  sourceSql: string
}

export interface ColumnPlan {
  /** Name in the source. */
  name: string
  /** Name in the target. */
  target: string
  type: LogicalType
  /** The exact type in the target's words where the table was there before (`use`); else it follows `type`. */
  notNull: boolean
  /** Default as SQL of the target. */
  default?: string
  /** An identity column; `last` is the highest number in use or given out (decimal text, absent: none). */
  identity?: { last?: string }
  /** Some integer of the source lies beyond ±(2^53−1): cells arrive as bigint. */
  wide: boolean
  /** Why this type, in words for the plan's reader. */
  why: string
}

export interface IndexPlan {
  name: string
  unique: boolean
  parts: { column: string; descending: boolean }[]
}

export interface ForeignKeyPlan {
  name: string
  columns: string[]
  references: { schema: string; table: string; columns: string[] }
  onUpdate: ReferentialAction
  onDelete: ReferentialAction
  deferred: boolean
}
/* Columns of keys, indexes and foreign keys in a plan are names in the target. */
