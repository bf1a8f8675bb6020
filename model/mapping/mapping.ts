/** A mapping: which rows and columns of a target come from where, by target table. */

/** By table of the target; several entries where several sources give rows to one table. */
export type Mapping = Record<string, MappedTable[]>

/** How one source gives rows to one table of the target. */
export interface MappedTable {
  from: MappedSource
  /** A condition in CEL; rows that do not meet it are left out, and counted. */
  where?: string
  /** Columns of the source by which messages and rejected rows name a row; absent: its primary key, else its first column. */
  key?: string[]
  dedupe?: Dedupe
  /** Another table of the target, which gets rows from the same source: each row here goes with the one there. */
  with?: string
  /** A column with JSON arrays: a row for each element. */
  each?: string
  columns: Record<string, MappedColumn>
  /** Columns of the source that are left out on purpose. */
  drop: string[]
}

/** Tables of the source with the same columns, a query over them, or a file beside the plan file. */
export type MappedSource = { tables: string[] } | { select: string } | { file: string }

/** Of rows that are the same in `on` one is kept: the first or last in the order of the source, or of `by`. */
export interface Dedupe {
  on: string[]
  keep: 'first' | 'last'
  by?: string
}

export type Scalar = string | number | boolean | null

/** Where the value of a column begins. Exactly one of these stands in a column. */
export type Origin =
  | { from: string }
  | { concat: string[]; separator: string }
  /** In CEL. */
  | { expression: string }
  | { constant: Scalar }
  /** A number of the target's own, or a UUID by chance. */
  | { generate: true }
  /** A password by chance, of which the hash is written. */
  | { password: Password }
  /** A column of the row that this one goes with. */
  | { of: { table: string; column: string } }

export interface Password {
  length: number
  hash: 'bcrypt'
  cost: number
}

/** What is done with it then, in this order. */
export interface Steps {
  split?: { by: string; part: number }
  trim?: true
  values?: Record<string, Scalar>
  /** One after the other: what the first gives is looked up in the second. */
  lookups?: Lookup[]
  /** For what `values` or `lookups` do not know; absent: the row is rejected. */
  otherwise?: Scalar
  /** The format of the source's texts, as in `DD.MM.YYYY HH:mm`. */
  date?: string
  /** The time zone of texts that name none, as in `Europe/Berlin`. */
  zone?: string
  /** In place of NULL and of a text without a character. */
  default?: Scalar
  cast?: Cast
  hash?: { algorithm: 'sha256'; salt?: Salt }
  mask?: true
  /** Rows without a value are rejected. */
  required?: true
}

/** Where the salt stands: never in the plan. */
export type Salt = { env: string } | { file: string }

export type MappedColumn = Origin & Steps

export interface Lookup {
  in: LookupPlace
  /** Its column that the value is looked up in; absent for values that stand in the plan. */
  match?: string
  /** Its column that the value is taken from. */
  give?: string
}

/** A table of the target, of the source, a file beside the plan file, or values in the plan. */
export type LookupPlace =
  | { target: string }
  | { source: string }
  | { file: string }
  | { values: Record<string, Scalar> }

/** What a value can be made of a text on demand; absent: what the target's column is. */
export const CASTS = [
  'text',
  'integer',
  'number',
  'decimal',
  'boolean',
  'date',
  'timestamp',
  'uuid',
  'json',
] as const
export type Cast = (typeof CASTS)[number]

/** Of files that the mapping names: their paths made absolute, as those of the plan file are relative to it. */
export function withPaths(mapping: Mapping, absolute: (path: string) => string): Mapping {
  return Object.fromEntries(
    Object.entries(mapping).map(([table, entries]) => [
      table,
      entries.map(entry => located(entry, absolute)),
    ]),
  )
}

function located(entry: MappedTable, absolute: (path: string) => string): MappedTable {
  const from = 'file' in entry.from ? { file: absolute(entry.from.file) } : entry.from
  const columns = Object.fromEntries(
    Object.entries(entry.columns).map(([name, column]) => [name, locatedColumn(column, absolute)]),
  )
  return { ...entry, from, columns }
}

function locatedColumn(column: MappedColumn, absolute: (path: string) => string): MappedColumn {
  const { lookups, hash } = column
  return {
    ...column,
    ...(lookups && { lookups: lookups.map(lookup => locatedLookup(lookup, absolute)) }),
    ...(hash?.salt && 'file' in hash.salt && { hash: { ...hash, salt: { file: absolute(hash.salt.file) } } }),
  }
}

const locatedLookup = (lookup: Lookup, absolute: (path: string) => string): Lookup =>
  'file' in lookup.in ? { ...lookup, in: { file: absolute(lookup.in.file) } } : lookup
