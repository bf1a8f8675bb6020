/**
 * Rows with values of many megabytes: such a value stays in the file until somebody wants it, and comes piece by
 * piece then. SQLite itself holds it as a whole for as long as it takes to cut a piece from it.
 */

import { collect, WORTH_COLLECTING } from '../../home/collect.ts'
import { Failure } from '../../model/failure.ts'
import type { ColumnPlan, TablePlan } from '../../model/plan.ts'
import type { Cell, LargeValue, Row } from '../../model/types.ts'
import { goesInPieces, LARGE } from '../large.ts'
import { keyOf, term } from './key-order.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { decodeUtf16, type Encoding, isValidText } from './text-bytes.ts'

/** Bytes of a piece; even, for the sake of UTF-16. */
const PIECE = 1024 * 1024

/** What stands in the place of a column in a SELECT: NULL for a value that goes in pieces. */
export function smallOnly(table: TablePlan, column: ColumnPlan): string {
  const name = quote(column.name)
  return goesInPieces(table, column)
    ? `CASE WHEN octet_length(${name}) > ${LARGE} THEN NULL ELSE ${name} END`
    : name
}

/** A term that is 1 where a row holds values that go in pieces. */
export function holdsLarge(table: TablePlan): string {
  const sizes = piecewise(table).map(({ name }) => `octet_length(${quote(name)}) > ${LARGE}`)
  return `coalesce(${sizes.join(', 0) OR coalesce(')}, 0)`
}

const piecewise = (table: TablePlan): ColumnPlan[] =>
  table.columns.filter(column => goesInPieces(table, column))

/** The terms that name a row, to follow the columns of a SELECT. */
export interface RowName {
  terms: string[]
  where: string
}

export function rowName(db: Connection, { name, access }: TablePlan): RowName | undefined {
  if (access.by === 'whole') return undefined
  if (access.by === 'rowid') return { terms: [quote(access.name)], where: `${quote(access.name)} = ?` }
  const key = keyOf(db, name)
  return {
    terms: key.map(({ column }) => quote(column)),
    where: key.map(part => `${term(part)} = ?`).join(' AND '),
  }
}

/** Puts the large values of rows in their places, as cells that are read when they are wanted. */
export class LargeValues {
  readonly #db: Connection
  readonly #table: TablePlan
  readonly #encoding: Encoding
  readonly #from: string
  readonly #columns: { column: ColumnPlan; at: number }[]

  constructor(db: Connection, table: TablePlan, where: string) {
    this.#db = db
    this.#table = table
    this.#encoding = db.pragma('encoding', { simple: true }) as Encoding
    this.#from = `FROM ${quote(table.name)} WHERE ${where}`
    this.#columns = table.columns.flatMap((column, at) =>
      goesInPieces(table, column) ? [{ column, at }] : [],
    )
  }

  /** `key`: the cells that name the row, integers as bigint. */
  fill(row: Row, key: Cell[]): void {
    for (const { column, at } of this.#columns) {
      if (row[at] === null) row[at] = this.#valueOf(column, key)
    }
  }

  #valueOf({ name }: ColumnPlan, key: Cell[]): LargeValue | null {
    const column = quote(name)
    const [storage, size] = this.#db
      .prepare<Cell[], [string, number]>(`SELECT typeof(${column}), octet_length(${column}) ${this.#from}`)
      .raw()
      .get(...key)!
    if (storage === 'null') return null
    const bytes = () => this.#bytesOf(column, size, key)
    if (storage === 'blob') return { kind: 'bytes', bytes: size, pieces: bytes }
    const texts = () => this.#textsOf(name, bytes())
    return { kind: 'text', bytes: this.#encoding === 'UTF-8' ? size : total(texts()), pieces: texts }
  }

  #bytesOf(column: string, size: number, key: Cell[]): Iterable<Uint8Array> {
    return piecesOf(this.#db, `SELECT CAST(${column} AS BLOB) ${this.#from}`, size, key)
  }

  /** In UTF-8. */
  *#textsOf(name: string, pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
    const encoding = this.#encoding
    for (const piece of betweenCharacters(pieces, encoding)) {
      if (!isValidText(piece, encoding)) throw this.#invalid(name)
      yield encoding === 'UTF-8' ? piece : Buffer.from(decodeUtf16(piece, encoding))
    }
  }

  #invalid(name: string): Failure {
    return new Failure({
      code: 'value',
      object: `table "${this.#table.name}", column "${name}"`,
      message: `a text is not valid ${this.#encoding}`,
      remedy: 'Repair the text in the source, or cast the column to BLOB there',
    })
  }
}

/** The blob that `select` gives, of `size` bytes, in pieces. */
export function* piecesOf(
  db: Connection,
  select: string,
  size: number,
  params: Cell[],
): Iterable<Uint8Array> {
  // A subquery is evaluated once; with one statement for each piece SQLite would load the value as many times.
  const sql = `
    WITH RECURSIVE piece(at) AS (
      SELECT 1 UNION ALL SELECT at + ${PIECE} FROM piece WHERE at + ${PIECE} <= ${size})
    SELECT substr((${select}), at, ${PIECE}) FROM piece`
  const pieces = db
    .prepare<Cell[], Uint8Array>(sql)
    .pluck()
    .iterate(...params)
  let used = 0
  for (const piece of pieces) {
    yield piece
    used += piece.length
    if (used < WORTH_COLLECTING) continue
    collect()
    used = 0
  }
}

/** The same bytes of a text in pieces that end between characters, unless the text is damaged. */
export function* betweenCharacters(pieces: Iterable<Uint8Array>, encoding: Encoding): Iterable<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0)
  for (const piece of pieces) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    const end = encoding === 'UTF-8' ? wholeUtf8(bytes) : wholeUtf16(bytes, encoding)
    yield bytes.subarray(0, end)
    rest = bytes.subarray(end)
  }
  if (rest.length > 0) yield rest
}

const total = (pieces: Iterable<Uint8Array>): number => {
  let bytes = 0
  for (const piece of pieces) bytes += piece.length
  return bytes
}

/** Where the last character that may be cut off begins; damage is found by whoever looks at what is before. */
function wholeUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return back < length ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function wholeUtf16(bytes: Uint8Array, encoding: Encoding): number {
  const even = bytes.length & ~1
  const high = bytes[even - (encoding === 'UTF-16be' ? 2 : 1)] ?? 0
  return high >= 0xd8 && high < 0xdc ? even - 2 : even
}
