/**
 * A store speaks to one kind of endpoint. What every store can do is required; what only some can is an
 * optional method, and the planner refuses before work starts where a plan needs one that is missing.
 */
import type { TableFacts } from '../model/assessment.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Schema, Table } from '../model/schema.ts'
import type { Cell, Row } from '../model/types.ts'
import type { RawRows } from './raw-row.ts'

/** Rows whose key is after `after` and up to and with `upTo`; without either end, open. */
export interface KeyRange {
  after?: Cell[]
  upTo?: Cell[]
}

/** The side that rows come from. Opened per thread; synchronous engines return plain iterables. */
export interface SourceStore {
  describe(): Schema
  /**
   * Scans every value of a table. `progress` hears of rows done. Digits of decimals are counted where the
   * declared type speaks of them, or in every column.
   */
  scan(table: Table, progress: (rows: number) => void, everyDigit?: boolean): TableFacts
  /** The last key of each chunk of a range but the last one, in order of reading, about `rows` rows apart. */
  bounds(table: TablePlan, rows: number, range?: KeyRange): Iterable<Cell[]>
  /** The rows of a range in batches, cells in the order of `table.columns`. */
  read(table: TablePlan, range: KeyRange): Iterable<Row[]>
  /** The same as bytes; undefined where that cannot be, or something has to be done to the values on their way. */
  readRaw(table: TablePlan, range: KeyRange): RawRows | undefined
  close(): void
}
