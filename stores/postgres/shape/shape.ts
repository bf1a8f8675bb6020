/** What tables of the target have besides rows, in a form in which two of them can be compared. */
import type { ReferentialAction } from '../../../model/schema.ts'

export interface TableShape {
  schema: string
  name: string
  columns: ColumnShape[]
  checks: CheckShape[]
  foreignKeys: ForeignKeyShape[]
  /** Those of keys as well. */
  indexes: IndexShape[]
  /** Columns of extended statistics, sorted. */
  statistics: string[][]
}

/** Expressions are as the server prints them. */
export interface ColumnShape {
  name: string
  /** As `format_type()` spells it. */
  type: string
  /** In SQL; absent: the type's own. */
  collation?: string
  notNull: boolean
  default?: string
  generated?: string
  /** New rows get a number: an identity column, or a default that draws from a sequence. */
  numbered: boolean
}

export interface CheckShape {
  name: string
  expression: string
  columns: string[]
  validated: boolean
}

export interface ForeignKeyShape {
  name: string
  columns: string[]
  references: { schema: string; table: string; columns: string[] }
  onUpdate: ReferentialAction
  onDelete: ReferentialAction
  /** `INITIALLY DEFERRED`. */
  deferred: boolean
  validated: boolean
}

export interface IndexShape {
  name: string
  /** The constraint that it serves. */
  of?: 'primary key' | 'unique' | 'exclusion'
  unique: boolean
  method: string
  parts: IndexPartShape[]
  where?: string
  /** Complete and in use. */
  valid: boolean
}

export interface IndexPartShape {
  /** The name of a column, or an expression. */
  term: string
  isColumn: boolean
  descending: boolean
  /** The name of the operator class where it is not the type's usual one. */
  operators?: string
  /** In SQL, where a column is ordered by another than its own. */
  collation?: string
}

/** Keeps rows apart, by whatever means. */
export const keepsUnique = ({ of, unique }: IndexShape): boolean => unique || of === 'exclusion'
