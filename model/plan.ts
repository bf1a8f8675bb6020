/**
 * The plan: what a run will do, as data. It is printed, hashed and executed as it stands; nothing decides
 * later. `what` is hashed, `how` may change while a run is paused.
 */
import type { Gate } from './control.ts'
import type { Endpoint } from './endpoint.ts'
import type { Finding } from './finding.ts'
import type { Mapping } from './mapping/mapping.ts'
import type { Access, ReferentialAction } from './schema.ts'
import type { LogicalType } from './types.ts'

export interface Plan {
  what: PlanWhat
  how: PlanHow
  /** sha256 over the canonical JSON of `what`, in hex. */
  hash: string
  findings: Finding[]
  /** Grows with each edit of the paused run; absent in a plan as it was made. */
  revision?: number
}

export interface PlanWhat {
  version: 1
  kind: 'migrate'
  reason?: string
  operator?: string
  source: Endpoint
  target: Endpoint
  policies: Policies
  /** How rows were made of those of the source before they were planned; absent: they are as they were. */
  mapping?: Mapping
  /** Extensions to install, each with the schema for its objects; absent: none. */
  extensions?: { name: string; schema: string }[]
  /** In the order of copying: largest first. */
  tables: TablePlan[]
  /** Views in the order in which they can be made. */
  views: ViewPlan[]
  /** Triggers, made last: the load itself fires none. */
  triggers: TriggerPlan[]
  /** Of PostgreSQL → PostgreSQL: every object that is no row, in the order in which they are made; absent: none. */
  carried?: CarriedObject[]
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
  /** Absent: `auto`. */
  backup?: Backup
  /** Where the run waits for an approval; absent: nowhere. */
  gates?: Gate[]
  /** How texts of new tables are compared, where their column says nothing else; as in `ColumnPlan`. */
  collation?: string
  /** `VACUUM (ANALYZE)` of each table when its rows and indexes are there; absent: `ANALYZE`. */
  vacuum?: true
}

/**
 * The way back for rows that the target has: `auto`: by what each table needs (the old table kept aside, rows told
 * apart by the ledger) · `dump`: also a dump of the whole database, restored and compared before the first write ·
 * `none`: none, which needs its own consent.
 */
export const BACKUPS = ['auto', 'dump', 'none'] as const
export type Backup = (typeof BACKUPS)[number]

export type IfExists = 'refuse' | 'use' | 'append' | 'replace' | 'upsert'

/** What becomes of a row whose key a row of the target has already. */
export const CONFLICTS = ['overwrite', 'skip', 'fail'] as const
export type Conflict = (typeof CONFLICTS)[number]

/** One object of a PostgreSQL source, as `pg_dump` writes it. */
export interface CarriedObject {
  /** What `pg_dump` calls it, as in `TABLE`, `INDEX`, `FK CONSTRAINT`. */
  kind: string
  schema: string
  name: string
  /** The plan's name of the table that it belongs to. */
  table?: string
  /** `pre`: before the rows · `table`: when its table's rows are in · `post`: when those of all are. */
  when: 'pre' | 'table' | 'post'
  sql: string[]
  /** What takes it away again; empty: it goes with another object. */
  undo: string[]
}

export interface LeftOut {
  kind: string
  name: string
  sql: string
  reason: string
}

/** The least and the most that a plan, or an edit of it, may ask for. */
export const HOW_BOUNDS: Readonly<Record<keyof PlanHow, readonly [number, number]>> = {
  chunkRows: [1, 100_000_000],
  chunkBytes: [4096, 4_294_967_296],
  tables: [1, 64],
  lanes: [1, 64],
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

export type Action = 'create' | 'use' | 'append' | 'replace' | 'upsert'

/** Whether it was there before and stays: rows go into it, and its keys, indexes and rules are its own. */
export const isLoadedInto = ({ action }: { action: Action }): boolean =>
  action === 'use' || action === 'append' || action === 'upsert'

/** Whether rows of others stay in it beside ours. */
export const keepsOthers = ({ action }: { action: Action }): boolean =>
  action === 'append' || action === 'upsert'

/** Rows go from PostgreSQL to PostgreSQL as they are, in bytes that nobody looks into. */
export const isCarried = ({ origin, columns }: TablePlan): boolean =>
  origin !== undefined && columns.every(({ type }) => type.kind === 'native')

export interface TablePlan {
  /** Name in the source; unique in a plan, and the table's name in ledger, progress and report. */
  name: string
  /** Where the rows go. */
  target: { schema: string; name: string }
  /**
   * `create`: ours; `use`: was there and is empty, is loaded into; `append`: was there, and rows of others stay in
   * it beside ours; `upsert`: the same, with rows told apart by their key; `replace`: the old one is kept aside.
   */
  action: Action
  /** Of `upsert`. */
  upsert?: UpsertPlan
  columns: ColumnPlan[]
  /** How the source is read in ranges. */
  access: Access
  /** Where the rows come from, if that is PostgreSQL: `name` is not its name there. */
  origin?: { schema: string; name: string }
  /** Of PostgreSQL → PostgreSQL: its rows travel as text, since their binary form means something else there; absent: binary. */
  format?: 'text'
  /** How the target is read in ranges, if it is a table of SQLite that was there before. */
  there?: Access
  /** SQLite's own options of a new table; absent: none. */
  strict?: true
  /** The definition of a new table of SQLite as it stands; absent: it is made of the parts below. */
  sql?: string
  /** Source columns of the key by which rows fall into digest buckets; empty: by the whole row. */
  key: string[]
  primaryKey?: { name?: string; columns: string[] }
  uniques: { name?: string; columns: string[] }[]
  checks: CheckPlan[]
  indexes: IndexPlan[]
  /** Extended statistics over several columns. */
  statistics: { name: string; columns: string[] }[]
  foreignKeys: ForeignKeyPlan[]
  /** Rights that the old table gave to others and the new one gives as well; absent: none. */
  grants?: GrantPlan[]
  /** From the assessment: what `read` must come to, and what sizes are made of. */
  rows: number
  bytes: number
  /** Bytes that no row passes: the longest values of all columns. Without it, stores read row by row. */
  largestRow?: number
  /** Schema comparison for `use` and drift: the source's definition. */
  sourceSql: string
}

export interface UpsertPlan {
  conflict: Exclude<Conflict, 'fail'>
  /** By which rows are told apart: NOT NULL, and unique in the target. */
  key: TypedName[]
  /** What of a row that is there gets the source's values; empty where it stays as it is. */
  sets: TypedName[]
}

/** A column of the target, with its type in the target's words. */
export interface TypedName {
  name: string
  type: string
}

export interface ColumnPlan {
  /** Name in the source. */
  name: string
  /** Name in the target. */
  target: string
  type: LogicalType
  /** A column of SQLite as it is declared there, as in `VARCHAR(20)`. */
  declared?: string
  /** What a PostgreSQL source is asked for in place of the column, in its SQL over the alias `t`; absent: the column. */
  read?: string
  /** How a new column compares its texts, in SQL of the target: `"C"`. Absent: as the database does by default. */
  collation?: string
  /** The exact type in the target's words where the table was there before (`use`); else it follows `type`. */
  notNull: boolean
  /** Default as SQL of the target. */
  default?: string
  /** The target computes it from other columns (SQL of the target); it is not copied, but compared. */
  generated?: string
  /** How a cell of the source becomes one that the type holds, where the user asked for it or consented. */
  conversion?: Conversion
  /** What becomes of a row with a cell that does not fit; absent: the run stops. */
  onError?: OnError
  /**
   * An identity column; `last` is the highest number in use or given out (decimal text, absent: none), `sequence` the
   * name of what counts it, where PostgreSQL's own choice is taken or too long.
   */
  identity?: { last?: string; sequence?: string }
  /** Integers arrive as bigint: some lie beyond ±(2^53−1), or REALs beside them become texts. */
  wide: boolean
  /** Why this type, in words for the plan's reader. */
  why: string
}

/**
 * Named changes of a cell before it is encoded and hashed; `stores/convert.ts` has what each does.
 * `text-as-bytes`: texts and numbers among blobs become the bytes of their print · `bytes-as-text`: blobs among texts that are UTF-8 ·
 * `strip-nul`, `escape-nul`: NUL characters go, or become `\0` · `strip-invalid`: what is no UTF-8 becomes
 * U+FFFD · `epoch-seconds`, `epoch-milliseconds`, `julian-day`: numbers that count time, UTC ·
 * `truth-words`: true, yes, on, t, y, 1 and their opposites in any case · `as-utc`: times without an offset are
 * UTC · `time-spelling`: forms of dates and times that SQLite reads, written in full.
 */
export const CONVERSIONS = [
  'text-as-bytes',
  'bytes-as-text',
  'strip-nul',
  'escape-nul',
  'strip-invalid',
  'epoch-seconds',
  'epoch-milliseconds',
  'julian-day',
  'truth-words',
  'as-utc',
  'time-spelling',
] as const
export type Conversion = (typeof CONVERSIONS)[number]

/** `default`: the value is written in place of one that does not fit, and the row counts as altered. */
export type OnError =
  | { policy: 'quarantine' }
  | { policy: 'default'; value: string | number | boolean | null }

export interface GrantPlan {
  /** A role; absent: everybody (PUBLIC). */
  to?: string
  /** `SELECT`, `INSERT` … in the target's words. */
  rights: string[]
  /** Names in the target; absent: the whole table. */
  columns?: string[]
  /** The role may pass them on. */
  grantable?: true
}

export interface CheckPlan {
  name: string
  /** A condition in SQL of the target. */
  expression: string
  /** Rows of the source break it: it binds new rows only. */
  notValid?: boolean
}

export interface IndexPlan {
  name: string
  unique: boolean
  /** Absent: btree. A unique one by `hash` is an exclusion constraint (`isExclusion`). */
  method?: 'gin' | 'gist' | 'hash'
  parts: IndexPartPlan[]
  /** The condition of a partial index, in SQL of the target. */
  where?: string
  /** As in `TablePlan`. */
  sql?: string
}

/** Keeps rows apart whose keys are too long for a btree; no foreign key and no ON CONFLICT with columns can use it. */
export const isExclusion = ({ unique, method }: IndexPlan): boolean => unique && method === 'hash'

export interface IndexPartPlan {
  /** Either a column of the target, or an expression in its SQL. */
  column?: string
  expression?: string
  descending: boolean
  /** Operator class, as in `gin_trgm_ops`. */
  operators?: string
}

export interface ViewPlan {
  /** Name in the source. */
  name: string
  target: { schema: string; name: string }
  /** Names of its columns in the target. */
  columns: string[]
  /** The query in SQL of the target. */
  query: string
  /** As in `TablePlan`. */
  sql?: string
  /** A view of this name is there, and is kept aside with the tables that are replaced. */
  replaces?: true
}

export interface TriggerPlan {
  /** Name in the source; those that `--types optimized` adds have names of their own. */
  name: string
  /** Name of the trigger, and of its function, in the target. */
  target: string
  /** The table or view it stands on, in the target. */
  on: { schema: string; name: string }
  timing: 'BEFORE' | 'AFTER' | 'INSTEAD OF'
  event: 'INSERT' | 'UPDATE' | 'DELETE'
  /** Of `UPDATE OF`, in the target's names; empty: any. */
  columns: string[]
  /** A condition over OLD and NEW in SQL of the target. */
  when?: string
  /** PL/pgSQL from `BEGIN` (or `DECLARE`) to `END`; empty with `sql`. */
  body: string
  /** As in `TablePlan`. */
  sql?: string
  /** A function of this name is there, whose triggers stand on what is replaced, and is kept aside with that. */
  replaces?: true
}

export interface ForeignKeyPlan {
  name: string
  columns: string[]
  references: { schema: string; table: string; columns: string[] }
  onUpdate: ReferentialAction
  onDelete: ReferentialAction
  deferred: boolean
  /** Rows of the source break it, and the user consented: it binds new rows only. */
  notValid?: boolean
}
/* Columns of keys, indexes and foreign keys in a plan are names in the target. */
