/**
 * What the full scan of a source found. Holds counts, lengths and ranges of numbers that decide about types,
 * but no text of any row.
 */
import type { Finding } from './finding.ts'
import type { Schema } from './schema.ts'

export interface Assessment {
  /** The endpoint as it may be shown. */
  source: string
  /** When the snapshot was taken, ISO 8601. */
  takenAt: string
  schema: Schema
  tables: TableFacts[]
  findings: Finding[]
}

export interface TableFacts {
  name: string
  rows: number
  /** Bytes that the rows' values take, summed over the storage. */
  bytes: number
  columns: ColumnFacts[]
  /**
   * Bytes that the widest row takes in its page at least, each number counted as 8: in tables of so many columns that
   * a page may not hold it.
   */
  widest?: number
  /** In the order of the schema's foreign keys: rows that find no parent, all columns of the key being there. */
  foreignKeys?: { orphans: number; example?: string }[]
  /** In the order of the schema's checks: rows for which it is false. */
  checks?: { broken: number; example?: string }[]
}

export interface ColumnFacts {
  name: string
  declared: string
  /** How many values of each storage class. */
  counts: { null: number; integer: number; real: number; text: number; blob: number }
  /** Least and greatest integer, as decimal text; absent where there is none. */
  integers?: { min: string; max: string }
  /** True where every REAL is finite. */
  finite: boolean
  /**
   * Most digits before and behind the point over REALs (printed shortest) and texts of the form `decimal`.
   * Absent where there are none, where a REAL is not finite or a text no decimal, or where the scan did not
   * look: then nothing proves `numeric(p,s)`.
   */
  decimals?: { integerDigits: number; scale: number }
  /** Least and greatest REAL; absent where there is none or one is not finite. */
  reals?: { min: number; max: number }
  /** Longest text in bytes of UTF-8 and in characters, longest blob in bytes. */
  longest: { textBytes: number; textChars: number; blobBytes: number }
  /**
   * Absent where there are no blobs. `utf8`: whether all of them are texts in UTF-8 without NUL; absent where the
   * column holds nothing but blobs, which are not read then.
   */
  blobs?: { shortest: number; utf8?: boolean }
  /** Formats that **all** texts of the column have; empty where there is no text. */
  formats: TextFormat[]
  /** Texts that are timestamps, where all are (`timestamp-any`): how many name no offset, UTC, or another one. */
  offsets?: { none: number; utc: number; other: number }
  /** Texts that are the print of some number; only counted where the column holds numbers as well. */
  numericTexts?: number
  /**
   * Keys of rows, as in `id = 17`, each the first with such a value: a storage class where there are
   * several, `null` where the column says NOT NULL, `nul`, `invalid`, `numeric-text`, and `format`: a text
   * that is not what the declared type speaks of.
   */
  examples?: Record<string, string>
  /** Texts that hold a NUL character, or bytes that are no valid UTF-8. */
  unfit: { nul: number; invalidUtf8: number }
}

/**
 * `timestamp`: ISO date and time (blank or `T`), up to 6 decimals, no offset · `timestamptz`: the same with
 * `Z` or an offset · `timestamptz-utc`: that with `Z` or `+00:00` · `timestamp-any`: either · `date` · `time` ·
 * `time-spelling`: a timestamp without offset, which may lack its seconds or its time · `clock-spelling`: a time
 * that may lack its seconds · `json`: RFC 8259 that jsonb takes without loss (no duplicate keys, no `\u0000`, no
 * lone surrogates, no lost digits) · `json-text`: RFC 8259 · `json-document`: that, an object or an array ·
 * `uuid`: hyphenated · `uuid-hex`: 32 hex digits · `inet` · `decimal` · `truth-word`: see `truth-words` in
 * `plan.ts`.
 */
export type TextFormat =
  | 'timestamp'
  | 'timestamptz'
  | 'timestamptz-utc'
  | 'timestamp-any'
  | 'date'
  | 'time'
  | 'time-spelling'
  | 'clock-spelling'
  | 'json'
  | 'json-text'
  | 'json-document'
  | 'uuid'
  | 'uuid-hex'
  | 'inet'
  | 'decimal'
  | 'truth-word'
