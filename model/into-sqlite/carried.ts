/** What a column of PostgreSQL is in SQLite. */
import type { Finding } from '../finding.ts'
import type { PostgresColumn } from '../postgres-schema.ts'
import type { LogicalType } from '../types.ts'

export interface Carried {
  type: LogicalType
  /** As SQLite is told it. */
  declared: string
  /** As in `ColumnPlan`. */
  read?: string
  collation?: string
  holds: Holds
  /** Why, in words. */
  why: string
  /** What is to be said of it; about the column. */
  findings: Omit<Finding, 'object'>[]
}

/**
 * What the cells are to an expression: `decimal`: exact numbers of at most 15 digits, held as SQLite's own numbers ·
 * `digits`: exact numbers held as texts · `padded`: filled up with blanks · `folded`: texts without case · `collated`: texts
 * under a collation of users, which may call two of them equal · `label`: of an
 * enum · `print`: what the server prints of any other type, equal values perhaps in several spellings.
 */
export type Holds =
  | 'boolean'
  | 'integer'
  | 'float'
  | 'decimal'
  | 'digits'
  | 'text'
  | 'padded'
  | 'folded'
  | 'collated'
  | 'label'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'inet'
  | 'json'
  | 'print'

export interface TypeOptions {
  /** A table of that kind takes six declared types only. */
  strict: boolean
  /** The user consented to NULL in place of NaN. */
  dropsNaN: boolean
}

/** A column that something is to be decided about. */
export interface About extends TypeOptions {
  column: PostgresColumn
  /** What is asked of the source in place of the column, where nothing else is. */
  source: string
}

/** Without anything to be said. */
export function plain(type: LogicalType, declared: string, holds: Holds, why: string): Carried {
  return { type, declared, holds, why, findings: [] }
}

/** By the server's own print, under the settings that longhaul gives its sessions. */
export function asPrinted({ column, source }: Pick<About, 'column' | 'source'>): Carried {
  return {
    ...plain({ kind: 'text' }, 'TEXT', 'print', `${column.type} as the server prints it`),
    read: `${source}::pg_catalog.text`,
    findings: [
      {
        code: 'type-as-text',
        severity: 'note',
        message: `${column.type} becomes text as the server prints it: SQLite has no such type`,
      },
    ],
  }
}
