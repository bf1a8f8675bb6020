/** What the user asks for: the plan file and the command line's options, parsed, with defaults filled in. */
import type { Gate } from './control.ts'
import type {
  Endpoint,
  FilesEndpoint,
  PostgresEndpoint,
  PostgresSource,
  SourceEndpoint,
  SqliteEndpoint,
  StagedSource,
} from './endpoint.ts'
import type { FileOptions } from './files/options.ts'
import type { Mapping } from './mapping/mapping.ts'
import type { Backup, Conflict, Conversion, IfExists, PlanHow, Policies } from './plan.ts'
import type { Rule } from './rules.ts'
import type { LogicalType } from './types.ts'

/** A plan file after parsing: names as the user wrote them, not yet looked up in a schema. */
export interface PlanFile {
  /** The file's name, for messages. */
  file: string
  name?: string
  reason?: string
  operator?: string
  source?: string
  target?: string
  schema?: string
  /** `tables` as a list: only these. */
  include?: string[]
  /** `tables` as a map. */
  tables: Record<string, TableSettings>
  exclude: string[]
  types?: TypesMode
  /** How texts of new tables are compared: `default` or the name of a collation of the target; absent: `C`. */
  collation?: string
  ifExists?: IfExists
  onConflict?: Conflict
  onFailure?: Policies['onFailure']
  backup?: Backup
  gates?: Gate[]
  accept: string[]
  how: Partial<PlanHow>
  busySeconds?: number
  vacuum?: boolean
  /** As in `PlanRequest`. */
  strict?: boolean
  /** Absent: none. */
  rules?: Rule[]
  /** How its files are read and written. */
  files?: FileOptions
  /** Rows of the target are made from those of the source by it; absent: each table is copied as it is. */
  mapping?: Mapping
  /** Where the names of tables and columns, and rules, stand, by path as in `tables.users.columns.id`. */
  positions: Record<string, Position>
}

export interface TableSettings {
  skip: boolean
  target?: string
  /** For all columns that say nothing themselves. */
  onError?: ErrorPolicy
  /** Rows whose foreign key finds no parent; absent: refused unless the finding is accepted. */
  orphans?: 'refuse' | 'not-valid'
  /** Rows whose key the target has already; absent: as for all tables. */
  onConflict?: Conflict
  columns: Record<string, ColumnSettings>
}

export interface ColumnSettings {
  type?: LogicalType
  target?: string
  /** As in `PlanFile`, for this column. */
  collation?: string
  conversion?: Conversion
  onError?: ErrorPolicy
  /** For `default`: what is written instead; absent: the column's default where it is a constant, else NULL. */
  fallback?: string | number | boolean | null
}

export type ErrorPolicy = 'stop' | 'quarantine' | 'default'

/** `optimized`: also JSON, UUIDs and addresses in TEXT columns, and indexes for them, as guide 3 has it. */
export type TypesMode = 'declared' | 'inferred' | 'optimized'

/** Line and column, from 1; both 0 for what stands on the command line. */
export interface Position {
  line: number
  column: number
}

/** One mistake of a plan file or of options that name tables. */
export interface Mistake extends Position {
  /** As in `tables.users.columns.id.type`; an option's name where it stands on the command line. */
  path: string
  /** One sentence without a full stop; never the text of `source` or `target`. */
  message: string
  remedy: string
}

/** Which rows a check compares, in place of all; `where` goes with named tables. */
export interface RowsWanted {
  /** A condition over columns of a table that both engines understand. */
  where?: string
  /** So many rows of each table that has a primary key, by chance. */
  sample?: number
}

/** Everything that a planner needs to know of the user's will. */
export interface PlanRequest<
  S extends SourceEndpoint = SqliteEndpoint,
  T extends Endpoint = PostgresEndpoint,
> {
  source: S
  target: T
  scope: Policies['scope']
  ifExists: IfExists
  /** Rows whose key the target has already; absent: `overwrite` for `upsert`, `fail` for `append`. */
  onConflict?: Conflict
  onFailure: Policies['onFailure']
  types: TypesMode
  /** Absent: `auto`. */
  backup?: Backup
  /** Absent: none. */
  gates?: Gate[]
  /** New tables of SQLite are STRICT. */
  strict?: boolean
  accept: string[]
  how: PlanHow
  /** How long to wait where another program keeps the source locked. */
  busySeconds: number
  reason?: string
  operator?: string
  /** `--tables`: only these; goes before the file's list. */
  tables?: string[]
  /** `--exclude`, besides the file's. */
  exclude: string[]
  file?: PlanFile
  /** Absent: all. */
  rows?: RowsWanted
  /** A check also looks whether values would come back as they were. */
  roundTrip?: true
  /** Of a staged source: these files are written first, from this source, and then read. */
  via?: { source: SqliteEndpoint | PostgresSource; target: FilesEndpoint }
  /** Files that are read or written in a minute, at most. */
  filesPerMinute?: number
  /** Of an earlier run: only the files that failed in it, or only the rows that it did not take. */
  again?: { run: string; what: 'failed' | 'rejected' }
  /** Nothing is written: so many rows of each mapped table are shown before and after. */
  preview?: number
  /** Nothing is written: a first mapping is made from names, types and values of both sides. */
  suggest?: true
}

export type CarryRequest = PlanRequest<PostgresSource, PostgresEndpoint>
export type IntoSqliteRequest = PlanRequest<PostgresSource, SqliteEndpoint>
/** From a staged source: files, or what is mapped. */
export type StagedRequest =
  | PlanRequest<StagedSource, PostgresEndpoint>
  | PlanRequest<StagedSource, SqliteEndpoint>
  | PlanRequest<StagedSource, FilesEndpoint>
/** Into files; of PostgreSQL by way of a staged source. */
export type ExportRequest = PlanRequest<SqliteEndpoint | StagedSource, FilesEndpoint>
/** Of every direction that there is. */
export type AnyRequest = PlanRequest | CarryRequest | IntoSqliteRequest | StagedRequest | ExportRequest

/** The options of a command, each absent where the user did not say. */
export type RequestOptions = Partial<
  Pick<
    PlanRequest,
    | 'scope'
    | 'ifExists'
    | 'onConflict'
    | 'onFailure'
    | 'types'
    | 'backup'
    | 'gates'
    | 'strict'
    | 'accept'
    | 'reason'
    | 'operator'
    | 'exclude'
    | 'busySeconds'
    | 'rows'
    | 'roundTrip'
    | 'via'
    | 'filesPerMinute'
    | 'again'
    | 'preview'
    | 'suggest'
  >
> & { how?: Partial<PlanHow>; tables?: string[] }

/** 100,000 rows or 64 MiB: chunks of 50,000 to 200,000 rows cost nothing measurable, 10,000 cost 10 %. */
const DEFAULT_HOW: PlanHow = { chunkRows: 100_000, chunkBytes: 64 * 1024 * 1024, tables: 2, lanes: 2 }
/** Most writers are done in a moment; who keeps it longer is to be seen. */
export const BUSY_SECONDS = 30

/** Puts options over the plan file over the defaults; lists (`accept`, `exclude`) add up. */
export function planRequest<S extends SourceEndpoint, T extends Endpoint>(
  endpoints: { source: S; target: T },
  options: RequestOptions,
  file?: PlanFile,
): PlanRequest<S, T> {
  const reason = options.reason ?? file?.reason
  const operator = options.operator ?? file?.operator
  const backup = options.backup ?? file?.backup
  const gates = options.gates ?? file?.gates
  const strict = options.strict ?? file?.strict
  const onConflict = options.onConflict ?? file?.onConflict
  return {
    ...endpoints,
    scope: options.scope ?? 'all',
    ifExists: options.ifExists ?? file?.ifExists ?? 'refuse',
    onFailure: options.onFailure ?? file?.onFailure ?? 'keep',
    types: options.types ?? file?.types ?? 'inferred',
    accept: [...new Set([...(file?.accept ?? []), ...(options.accept ?? [])])].sort(),
    how: { ...DEFAULT_HOW, ...file?.how, ...options.how },
    busySeconds: options.busySeconds ?? file?.busySeconds ?? BUSY_SECONDS,
    ...(reason !== undefined && { reason }),
    ...(operator !== undefined && { operator }),
    ...(backup !== undefined && { backup }),
    ...(onConflict !== undefined && { onConflict }),
    ...(gates !== undefined && gates.length > 0 && { gates }),
    ...(strict !== undefined && { strict }),
    ...(options.tables && { tables: options.tables }),
    exclude: options.exclude ?? [],
    ...(file && { file }),
    ...(options.rows && { rows: options.rows }),
    ...(options.roundTrip && { roundTrip: options.roundTrip }),
    ...(options.via && { via: options.via }),
    ...(options.filesPerMinute && { filesPerMinute: options.filesPerMinute }),
    ...(options.again && { again: options.again }),
    ...(options.preview && { preview: options.preview }),
    ...(options.suggest && { suggest: options.suggest }),
  }
}
