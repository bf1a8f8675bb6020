/** Rows of a snapshot's table as bytes, past SQLite: which tables can be read so, and their rows. */

import type { Table } from '../../../model/schema.ts'
import { affinityOf } from '../../../model/translate/affinity.ts'
import { RAW, type RawBatch, type RawRow } from '../../raw-row.ts'
import type { Connection } from '../open.ts'
import { type ListedColumn, listColumns } from '../pragmas.ts'
import { quote } from '../quote.ts'
import { schemaRow } from '../schema-rows.ts'
import { LateColumns } from './late-columns.ts'
import { Pages } from './pages.ts'
import { SqliteRecord } from './record.ts'
import { Leaf, leavesOf, type RowRange } from './tree.ts'

/** How the rows of a table lie in its pages. */
export interface Layout {
  table: string
  /** The first page of its tree. */
  root: number
  /** In their order in the file. */
  columns: ListedColumn[]
  /** Its row number. */
  rowid: string
}

/**
 * Undefined where the rows of a table cannot be had from the pages of its database: it has no row numbers, or some beyond
 * 2^53, is virtual, has columns that are computed, its texts are in UTF-16, or there is no file.
 */
export function layoutOf(
  db: Connection,
  { name, access }: Pick<Table, 'name' | 'access'>,
): Layout | undefined {
  if (access.by !== 'rowid' || db.memory) return undefined
  if (db.pragma('encoding', { simple: true }) !== 'UTF-8') return undefined
  const root = schemaRow(db, 'table', name)?.root
  const columns = listColumns(db, name)
  if (!root || columns.some(({ hidden }) => hidden !== 0)) return undefined
  if (!hasSafeNumbers(db, name, access.name)) return undefined
  return { table: name, root, columns, rowid: access.name }
}

function hasSafeNumbers(db: Connection, table: string, rowid: string): boolean {
  const ends = db
    .prepare<[], [bigint | null, bigint | null]>(`
      SELECT (SELECT min(${quote(rowid)}) FROM ${quote(table)}), (SELECT max(${quote(rowid)}) FROM ${quote(table)})`)
    .raw()
    .safeIntegers()
    .get()!
  return ends.every(end => end === null || Number.isSafeInteger(Number(end)))
}

/** Rows whose numbers are told. */
export interface NumberedBatch extends RawBatch {
  /** The number of the row that was read last. */
  readonly rowid: number
}

/**
 * The rows of a range in the order of their numbers, a page at a time. Throws `Failure('source')` where the pages are damaged. The
 * places of the cells are those of `layout.columns`.
 */
export function* rawRows(
  db: Connection,
  layout: Layout,
  range: RowRange = { after: Number.NEGATIVE_INFINITY, upTo: Number.POSITIVE_INFINITY },
): Iterable<NumberedBatch> {
  const pages = new Pages(db.name)
  try {
    const rows = new RowsOfLeaf(db, layout, pages)
    for (const leaf of leavesOf(pages, layout.root, range, rows.leaf)) {
      rows.count = leaf.count
      yield rows
    }
  } finally {
    pages.close()
  }
}

class RowsOfLeaf implements NumberedBatch {
  count = 0
  rowid = 0
  readonly leaf: Leaf
  readonly #record: SqliteRecord
  readonly #columns: number
  /** The place of the column that is the row number: the records leave it out. */
  readonly #rowid: number
  /** Places of REAL columns: a number without a fraction is kept as an integer there. */
  readonly #reals: number[]
  readonly #late: LateColumns

  constructor(db: Connection, layout: Layout, pages: Pages) {
    const { columns, rowid } = layout
    this.#columns = columns.length
    this.#record = new SqliteRecord(columns.length)
    this.leaf = new Leaf(pages, this.#record)
    this.#rowid = columns.findIndex(({ name }) => name === rowid)
    this.#reals = columns.flatMap(({ type }, place) => (affinityOf(type) === 'REAL' ? [place] : []))
    this.#late = new LateColumns(db, layout)
  }

  row(index: number): RawRow {
    const record = this.#record
    const { kinds, numbers } = record
    const rowid = this.leaf.read(index)
    this.rowid = rowid
    if (this.leaf.columns < this.#columns) this.#late.fill(record, this.leaf.columns, rowid)
    for (const place of this.#reals) {
      if (kinds[place] === RAW.wide) numbers[place] = Number(record.view.getBigInt64(record.starts[place]!))
      else if (kinds[place] !== RAW.integer) continue
      kinds[place] = RAW.real
    }
    if (this.#rowid >= 0) {
      kinds[this.#rowid] = RAW.integer
      numbers[this.#rowid] = rowid
    }
    return record
  }
}
