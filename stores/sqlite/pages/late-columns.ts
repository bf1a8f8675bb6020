/** Columns that were added to a table after some of its rows were written: those records end before them. */
import { RAW } from '../../raw-row.ts'
import { damaged } from '../errors.ts'
import type { Connection } from '../open.ts'
import { quote } from '../quote.ts'
import { viewOf } from './pages.ts'
import type { Layout } from './raw-table.ts'
import type { SqliteRecord } from './record.ts'

type Found = [
  type: 'integer' | 'real' | 'text' | 'blob' | 'null',
  number: bigint | number | null,
  bytes: Buffer | null,
]

/** Gives the cells that a record lacks the value that SQLite has for them, which is the same in each such row. */
export class LateColumns {
  readonly #db: Connection
  readonly #layout: Layout
  readonly #found = new Map<number, Found>()
  #bytes = Buffer.alloc(0)
  #view = viewOf(this.#bytes)

  constructor(db: Connection, layout: Layout) {
    this.#db = db
    this.#layout = layout
  }

  /** @param has cells that the record of row `rowid` has */
  fill(record: SqliteRecord, has: number, rowid: number): void {
    const { columns } = this.#layout
    const late = columns.slice(has).map((_, i) => this.#valueOf(has + i, rowid))
    const added = late.reduce((sum, [, , bytes]) => sum + (bytes?.length ?? 0), 0)
    let at = added > 0 ? this.#moved(record, has, added) : 0
    for (const [i, [type, number, bytes]] of late.entries()) {
      const place = has + i
      record.kinds[place] = typeof number === 'bigint' && !isSafe(number) ? RAW.wide : RAW[type]
      if (number !== null) record.numbers[place] = Number(number)
      if (!bytes) continue
      record.starts[place] = at
      bytes.copy(this.#bytes, at)
      at += bytes.length
      record.ends[place] = at
    }
  }

  /** Moves the cells that are there to where there is room behind them; gives the place of that. */
  #moved(record: SqliteRecord, has: number, added: number): number {
    const { starts, ends } = record
    const from = has > 0 ? starts[0]! : 0
    const length = has > 0 ? ends[has - 1]! - from : 0
    if (this.#bytes.length < length + added) {
      this.#bytes = Buffer.allocUnsafeSlow((length + added) * 2)
      this.#view = viewOf(this.#bytes)
    }
    record.bytes.copy(this.#bytes, 0, from, from + length)
    for (let place = 0; place < has; place++) {
      starts[place]! -= from
      ends[place]! -= from
    }
    record.bytes = this.#bytes
    record.view = this.#view
    return length
  }

  #valueOf(place: number, rowid: number): Found {
    const known = this.#found.get(place)
    if (known) return known
    const { table, columns, rowid: key } = this.#layout
    const column = quote(columns[place]!.name)
    const found = this.#db
      .prepare<[number], Found>(`
        SELECT typeof(${column}),
               CASE WHEN typeof(${column}) IN ('integer', 'real') THEN ${column} END,
               CASE WHEN typeof(${column}) IN ('text', 'blob') THEN CAST(${column} AS BLOB) END
          FROM ${quote(table)} WHERE ${quote(key)} = ?`)
      .raw()
      .safeIntegers()
      .get(rowid)
    if (!found) throw damaged(this.#db.name, 'SQLite does not find a row that is there')
    const value = withBytes(found)
    this.#found.set(place, value)
    return value
  }
}

const isSafe = (value: bigint): boolean => Number.isSafeInteger(Number(value))

/** A wide integer is had from its bytes. */
function withBytes([type, number, bytes]: Found): Found {
  if (typeof number !== 'bigint' || isSafe(number)) return [type, number, bytes]
  const wide = Buffer.alloc(8)
  wide.writeBigInt64BE(number)
  return [type, number, wide]
}
