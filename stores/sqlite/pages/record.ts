/**
 * The cells of a record, found in its bytes. Format: SQLite's "Database File Format", section 2.1.
 */
import { RAW, type RawRow } from '../../raw-row.ts'
import { viewOf } from './pages.ts'

export class SqliteRecord implements RawRow {
  readonly kinds: Uint8Array
  readonly numbers: Float64Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  bytes: Buffer = Buffer.alloc(0)
  view = viewOf(this.bytes)
  readonly #columns: number

  constructor(columns: number) {
    this.kinds = new Uint8Array(columns)
    this.numbers = new Float64Array(columns)
    this.starts = new Int32Array(columns)
    this.ends = new Int32Array(columns)
    this.#columns = columns
  }

  /**
   * Finds the cells of the record of `length` bytes that begins at `start`; gives how many it has, which are fewer than there are
   * columns where it is older than the last of them. -1: it is damaged.
   */
  read(bytes: Buffer, view: DataView, start: number, length: number): number {
    this.bytes = bytes
    this.view = view
    const { kinds, numbers, starts, ends } = this
    const columns = this.#columns
    let at = start
    let byte = bytes[at++]!
    let header = byte & 0x7f
    while (byte > 0x7f) {
      byte = bytes[at++]!
      header = header * 128 + (byte & 0x7f)
    }
    const end = start + length
    const headerEnd = start + header
    if (headerEnd > end) return -1
    let body = headerEnd
    let place = 0
    for (; place < columns && at < headerEnd; place++) {
      byte = bytes[at++]!
      let type = byte & 0x7f
      while (byte > 0x7f) {
        byte = bytes[at++]!
        type = type * 128 + (byte & 0x7f)
      }
      starts[place] = body
      if (type >= 12) {
        kinds[place] = type & 1 ? RAW.text : RAW.blob
        body += (type - 12 - (type & 1)) / 2
        ends[place] = body
        if (body > end) return -1
        continue
      }
      const after = body + SIZES[type]!
      // Also for the two types that are reserved, whose size is none.
      if (!(after <= end)) return -1
      ends[place] = after
      kinds[place] = RAW.integer
      switch (type) {
        case 0:
          kinds[place] = RAW.null
          break
        case 1:
          numbers[place] = view.getInt8(body)
          break
        case 2:
          numbers[place] = view.getInt16(body)
          break
        case 3:
          numbers[place] = view.getInt8(body) * 0x1_0000 + view.getUint16(body + 1)
          break
        case 4:
          numbers[place] = view.getInt32(body)
          break
        case 5:
          numbers[place] = view.getInt16(body) * 0x1_0000_0000 + view.getUint32(body + 2)
          break
        case 6:
          this.#int64(place, body)
          break
        case 7:
          // To SQLite what is not a number is NULL.
          numbers[place] = view.getFloat64(body)
          kinds[place] = Number.isNaN(numbers[place]!) ? RAW.null : RAW.real
          break
        case 8:
          numbers[place] = 0
          break
        case 9:
          numbers[place] = 1
      }
      body = after
    }
    return at > headerEnd ? -1 : place
  }

  /**
   * The bytes up to the end of the last cell that `read` would find, of a record of `length` bytes of which `local` are there. All of
   * them where its header is longer.
   */
  extent(bytes: Buffer, start: number, local: number, length: number): number {
    const end = start + local
    let at = start
    let header = -1
    let body = 0
    for (let place = -1; place < this.#columns && (header < 0 || at < start + header); place++) {
      let value = 0
      let byte = 0x80
      while (byte > 0x7f && at < end) {
        byte = bytes[at++]!
        value = value * 128 + (byte & 0x7f)
      }
      if (byte > 0x7f) return length
      if (header < 0) body = header = value
      else body += value >= 12 ? Math.floor((value - 12) / 2) : SIZES[value]!
    }
    if (!(body <= length)) return length
    return body
  }

  #int64(place: number, at: number): void {
    const value = this.view.getInt32(at) * 0x1_0000_0000 + this.view.getUint32(at + 4)
    if (Number.isSafeInteger(value)) this.numbers[place] = value
    else this.kinds[place] = RAW.wide
  }
}

/** Bytes of the body by serial type; 10 and 11 are reserved. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, Number.NaN, Number.NaN]
