/** What a target is like before anything is planned for it. */
import type { GrantPlan } from './plan.ts'
import type { LogicalType } from './types.ts'

export interface TargetDescription {
  /** Engine and version, as in `PostgreSQL 15.18`. */
  engine: string
  /** The server version as a number: 150018. */
  version: number
  /** What tells this database from every other, also from itself dropped and made anew. */
  identity: TargetIdentity
  encoding: string
  role: string
  /** The schema that the plan names. */
  schema: { name: string; exists: boolean; canCreate: boolean }
  /** Whether the role may create schemas in this database: decides where the ledger stands. */
  canCreateSchema: boolean
  /** The role may make no temporary tables; absent: it may. */
  noTemporary?: true
  /** Whether a ledger stands there that the role can use, or the role may make one. */
  takesLedger: boolean
  /** Tables of that schema. */
  tables: ExistingTable[]
  /** Names of all other relations there (views, indexes, sequences …), by kind. */
  relations: OtherRelation[]
  /** Plain views there. */
  views: ExistingView[]
  /** Functions there without arguments that triggers call. */
  triggerFunctions: TriggerFunction[]
  /** Names there that no new function without arguments may take, and those of extended statistics. */
  functions: string[]
  statistics: string[]
  /** Those that columns can have; absent: nobody looked. */
  collations?: CollationThere[]
  /** The extension pg_trgm: the schema it is installed in, and whether this role could install it. */
  trigrams: { schema?: string; canCreate: boolean }
  /** Sessions of others on this database that are in a transaction that writes, or idle in one. */
  writers: { pid: number; role: string; application: string; state: string }[]
  /** Bytes free where the server's data lies, if it lets us know. */
  freeBytes?: number
}

export interface TargetIdentity {
  systemIdentifier: string
  databaseOid: string
  database: string
}

export interface ExistingTable {
  name: string
  hasRows: boolean
  rights: TableRights
  columns: ExistingColumn[]
  primaryKey?: string[]
  uniques: string[][]
  /** Those of both that are looked at only at the end of a transaction; absent: none. */
  deferrable?: string[][]
  foreignKeys: {
    name: string
    columns: string[]
    references: { schema: string; table: string; columns: string[] }
  }[]
  /** Names of user triggers that would fire. */
  triggers: string[]
  /** Foreign keys of other tables that point here: `schema.table.constraint`. */
  referencedBy: { schema: string; table: string; name: string }[]
  /** Views and materialized views that read this table. */
  views: RelationName[]
  /** Rights of other roles on it. */
  grants?: GrantPlan[]
  /** Row security is on: policies say who sees which rows. */
  rowSecurity?: boolean
  /** And they hold for our role: it sees and writes only what they let it. */
  screened?: boolean
}

export interface CollationThere {
  schema: string
  name: string
  /** It calls nothing equal but what has the same bytes. */
  exact: boolean
}

export interface RelationName {
  schema: string
  name: string
}

export interface OtherRelation {
  name: string
  kind: string
  /** The table that an index belongs to, or whose column owns a sequence: they move with it. */
  table?: string
}

export interface ExistingView {
  name: string
  /** Owner, or member of the role that owns it. */
  owns: boolean
  /** Views and materialized views that read this one. */
  readBy: RelationName[]
}

export interface TriggerFunction {
  name: string
  owns: boolean
  /** The relations whose triggers call it. */
  on: RelationName[]
}

/** What the role may do with a table that is there; rights on its schema are counted in. */
export interface TableRights {
  /** Owner, or member of the role that owns it: may alter the table and all that hangs on it. */
  owns: boolean
  select: boolean
  insert: boolean
  update: boolean
  /** May empty it again, by DELETE or TRUNCATE. */
  remove: boolean
  /** May take some of its rows out again. */
  delete: boolean
}

export interface ExistingColumn {
  name: string
  /** The engine's own spelling, as in `character varying(255)`. */
  typeName: string
  /** In SQL, as in `ColumnPlan`; absent: the database's own. */
  collation?: string
  /** Absent where longhaul has no encoder for it. */
  type?: LogicalType
  notNull: boolean
  hasDefault: boolean
  identity?: 'always' | 'default'
  generated: boolean
  /** The sequence behind the column, quoted and qualified, if there is one. */
  sequence?: string
}

/** A new database of a release that is in use everywhere, and a role that may do all. */
export const BLANK_TARGET: TargetDescription = {
  engine: 'PostgreSQL 15',
  version: 150_000,
  identity: { systemIdentifier: '', databaseOid: '', database: '' },
  encoding: 'UTF8',
  role: '',
  schema: { name: 'public', exists: true, canCreate: true },
  canCreateSchema: true,
  takesLedger: true,
  tables: [],
  relations: [],
  views: [],
  triggerFunctions: [],
  functions: [],
  statistics: [],
  trigrams: { canCreate: true },
  writers: [],
  freeBytes: Number.MAX_SAFE_INTEGER,
}
