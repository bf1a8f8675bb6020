/** The widest row of a table with very many columns, by what PostgreSQL keeps of a row in its page. */
import { KEPT_BYTES, MAX_ROW_BYTES, POINTER_BYTES } from '../../model/build-plan/limits.ts'
import type { Table } from '../../model/schema.ts'
import { RAW, type RawRow } from '../raw-row.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** SQLite takes no deeper expression than 1,000: a sum of sums stays far below. */
const TERMS = 100

/** Whether a table has so many columns that a row of it may be too wide. */
export const mayBeTooWide = ({ columns }: Table): boolean => columns.length * KEPT_BYTES > MAX_ROW_BYTES

/** Bytes that a row takes in its page at least. */
export function widthOfRow({ kinds, bytes, starts, ends }: RawRow): number {
  let width = 0
  for (let place = 0; place < kinds.length; place++) {
    const kind = kinds[place]
    if (kind === RAW.null) continue
    const [start, end] = [starts[place]!, ends[place]!]
    if (kind === RAW.text) width += widthKept(charactersOf(bytes, start, end))
    else width += kind === RAW.blob ? widthKept(end - start) : NUMBER_BYTES
  }
  return width
}

const NUMBER_BYTES = 8

const widthKept = (length: number) => (length < KEPT_BYTES ? length + 1 : POINTER_BYTES)

/** As SQLite's `length` has it, which ends at a NUL; more than `KEPT_BYTES` are as good as these. */
function charactersOf(bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end && bytes[at] !== 0 && count < KEPT_BYTES; count++) {
    const first = bytes[at++]!
    if (first >= 0x80) while (at < end && (bytes[at]! & 0xc0) === 0x80) at++
  }
  return count
}

/** Bytes of the widest row, counted low. */
export function scanWidest(db: Connection, { name, columns }: Table): number {
  const widths = columns.map(column => widthOf(quote(column.name)))
  const sums: string[] = []
  for (let i = 0; i < widths.length; i += TERMS) sums.push(`(${widths.slice(i, i + TERMS).join(' + ')})`)
  const widest = db
    .prepare<[], number | null>(`SELECT max(${sums.join(' + ')}) FROM ${quote(name)}`)
    .pluck()
    .get()
  return widest ?? 0
}

/** Characters are no more than bytes, in every encoding. */
const widthOf = (column: string): string =>
  `CASE typeof(${column}) WHEN 'null' THEN 0 WHEN 'integer' THEN 8 WHEN 'real' THEN 8
     ELSE iif(length(${column}) < ${KEPT_BYTES}, length(${column}) + 1, ${POINTER_BYTES}) END`
