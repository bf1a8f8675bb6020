/** What readers of files hand over: rows in batches, with the place of each. */

/** A cell as a file has it: CSV has texts alone; nested values of JSON come as their text, marked as such. */
export type FileCell = null | boolean | number | bigint | string | Uint8Array | JsonText

/** An object or array of JSON, as it stands in the file. */
export interface JsonText {
  json: string
}

/** Rows of one table, in the order of the file. Columns may come to a table in later batches, behind those before. */
export interface FileBatch {
  /** Of a CSV file its name without the extension, of a workbook the sheet, of JSON the key or the file's name. */
  table: string
  columns: readonly string[]
  rows: FileCell[][]
  /** Line (CSV, from 1), row of the sheet, or number of the element (from 1), one for each row. */
  places: number[]
  /** What is no row: never written, and told with its place. */
  bad: BadRow[]
  /** What was found out about the file and is worth telling, in words; with its first batches. */
  notes?: string[]
}

/** A row that cannot be read. */
export interface BadRow {
  /** As in `FileBatch.places`. */
  place: number
  /** A code such as `too-many-fields`, `encoding`, `quote`. */
  rule: string
  /** In words, without values. */
  reason: string
  /** What stood there, as far as it can be shown; up to 64 KiB. */
  raw: string
}
