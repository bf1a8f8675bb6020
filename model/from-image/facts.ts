/** What a plan from an image into a SQLite file is made from, besides the file and the request. */
import type { Schema, Table } from '../schema.ts'

/** The image, as it was read once. */
export interface ImageFacts {
  schema: Schema
  /** By table. */
  sizes: Record<string, { rows: number; bytes: number }>
  /** Rows whose foreign key finds no parent. */
  orphans: { table: string; parent: string; rows: number }[]
}

/** Names under which tables of the image are to stand in the target; all others are not wanted. */
export interface NewNames {
  table: string
  target: string
  columns: { name: string; target: string }[]
}

/** The definitions of the image under their new names, as SQLite itself has rewritten them. */
export interface Made {
  tables: Table[]
  /** In the order in which they can be made. */
  views: { name: string; sql: string }[]
  triggers: { name: string; table: string; sql: string }[]
  /** What cannot stand without the tables that are not wanted, or cannot be made. */
  broken: { kind: string; name: string; sql: string; reason: string }[]
}

/** A table of the image beside the one of the target that its rows go into. */
export interface Pair {
  table: string
  target: string
  strict: boolean
  columns: { name: string; target: string; from: string; to: string; notNull: boolean }[]
  /** Keys of the target that are written, in its names; `collations` of the columns. */
  keys: { columns: string[]; collations: (string | null)[] }[]
}

/** What values of a pair say. */
export interface Match {
  table: string
  columns: ColumnMatch[]
  keys: KeyMatch[]
  /** Parents that rows of the target miss already. */
  missed: string[]
}

export interface ColumnMatch {
  /** In the image. */
  name: string
  /** Cells that are NULL, and that the target would not take or keep. */
  nulls: number
  changed: number
  /** Cells are numbers, of which some change between integer and real and are the same number. */
  numbers: boolean
}

export interface KeyMatch {
  columns: string[]
  /** Rows of the image whose key the target has; rows beyond the first with one key. */
  taken: number
  twice: number
}
