/**
 * What names mean while SQL of SQLite is translated into PostgreSQL's: columns with their type in the target, and
 * tables. Translators throw `Untranslatable`; the planner turns that into a finding and keeps the SQL.
 */
import type { Query } from '../sqlite-sql/ast.ts'
import type { LogicalType } from '../types.ts'

/** A column as the target has it. */
export interface ColumnRef {
  /** As it is written in the target's SQL: quoted, with its table where one is needed. */
  sql: string
  type: LogicalType
  /** The source's collation where it is not BINARY: `NOCASE` or `RTRIM`. */
  collation?: string
  /**
   * The target compares it by a collation that other columns do not have. PostgreSQL refuses to guess by which of two
   * it should compare, so that expressions say it.
   */
  apart?: true
  /** The affinity of the column's declaration where it is not the one that goes with `type`. */
  affinity?: Affinity
  times?: TimesInText
  /**
   * Texts here, of which some are numbers in SQLite, where 7 and '7' are different values. Without it a text column
   * that is declared to hold numbers holds no text that is the print of one: SQLite makes numbers of those.
   */
  merged?: true
  /** Some branch of a query gives numbers, which are texts here beside those of other branches. */
  printed?: true
  /** NEW or OLD of a view, which SQLite leaves as the statement gives it, with no affinity. */
  given?: true
}

/**
 * What all texts of a column are, by the scan: ISO dates, timestamps that name no offset, or timestamps that all
 * name one. Without it nothing is known of the times that a text column holds.
 */
export type TimesInText = 'date' | 'timestamp' | 'timestamptz'

/** What SQLite makes of a declared type (https://sqlite.org/datatype3.html, 3.1). */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC'

export interface Scope {
  /** Looks a column up as SQLite does (ASCII letters have no case); `table` is an alias, `NEW` or `OLD`. */
  column(name: string, table?: string): ColumnRef | undefined
  /** Translates a query inside an expression; absent where none may stand (checks, indexes, defaults …). */
  query?(query: Query): TranslatedQuery
  /** The target can tell whether a text is JSON without failing where it is none: PostgreSQL from version 16 on. */
  testsJson?: boolean
}

/** A query in SQL of the target, without parentheses around it. */
export interface TranslatedQuery {
  sql: string
  columns: (Omit<ColumnRef, 'sql' | 'type'> & { name: string; type?: LogicalType })[]
}

/** The tables and views that queries and triggers may name. */
export interface Relations {
  /** A table or view of the source as it stands in the target. */
  relation(name: string): RelationRef | undefined
  /** See `Scope`. */
  testsJson?: boolean
}

export interface RelationRef {
  /** `"schema"."name"` in the target. */
  sql: string
  /** In order; `name` is that of the source, `target` that of the target, without quotes. */
  columns: (Omit<ColumnRef, 'sql' | 'given'> & {
    name: string
    target: string
    /** Not among `*`: the row number of a virtual table. */
    hidden?: boolean
    /** The target computes it, so that statements must not write it. */
    generated?: boolean
  })[]
  /** Sets of columns (of the target) that are unique, the primary key first. */
  uniques: string[][]
  /** Something else is kept unique by hash, which ON CONFLICT cannot name. */
  uniqueByHash?: boolean
  /** Columns of the target that are its primary key, in which no NULL is. */
  primaryKey?: string[]
  /** The column of the source that is the row number, where there is one. */
  rowid?: string
}

/** A piece of SQL for the target. `type` is absent for a bare NULL, which has any. */
export interface Translated extends Pick<ColumnRef, 'sql' | 'collation' | 'merged' | 'printed'> {
  type?: LogicalType
  /** NULL in every row, cast to a type that nothing asks for. */
  empty?: true
  /**
   * Its result hangs on the clock, on chance or on settings of the session, so that PostgreSQL takes it in no
   * index, generated column or condition of an index.
   */
  volatile?: boolean
}

/** This SQL has no equal in the target; `message` says why, in words that can stand in a finding. */
export class Untranslatable extends Error {}
