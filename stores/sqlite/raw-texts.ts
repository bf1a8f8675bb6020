/**
 * Columns whose texts are read as their bytes, so that damage is seen and kept: those in which the plan says
 * what becomes of it. All others are guarded by `text-guard.ts`.
 */
import type { ColumnPlan, Conversion, TablePlan } from '../../model/plan.ts'
import type { Row } from '../../model/types.ts'
import { DamagedText } from '../damaged-text.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'
import { decodeUtf16, type Encoding, isValidText } from './text-bytes.ts'

const OF_BYTES: ReadonlySet<Conversion> = new Set(['text-as-bytes', 'bytes-as-text', 'strip-invalid'])

/** Whether damaged texts of a column come as `DamagedText`, instead of stopping the reading. */
export function isReadRaw({ conversion, onError }: ColumnPlan): boolean {
  return onError !== undefined || (conversion !== undefined && OF_BYTES.has(conversion))
}

/** Flags in one term: what a small integer holds, since SQLite takes 2,000 terms and tables have 1,500 columns. */
const FLAGS = 30

/** What stands for a column in a SELECT. */
export function cellTerm(column: ColumnPlan): string {
  const name = quote(column.name)
  return isReadRaw(column)
    ? `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`
    : name
}

/** Terms that follow the columns, and say which of the blobs are texts; none where no column is read raw. */
export function flagTerms({ columns }: TablePlan): string[] {
  const raw = columns.filter(isReadRaw)
  return Array.from({ length: Math.ceil(raw.length / FLAGS) }, (_, group) =>
    raw
      .slice(group * FLAGS, (group + 1) * FLAGS)
      .map(({ name }, bit) => `((typeof(${quote(name)}) = 'text') << ${bit})`)
      .join(' | '),
  )
}

/** Takes the flags off a row and makes texts of the bytes that are such. Undefined where there is nothing to do. */
export function rawTexts(db: Connection, { columns }: TablePlan): ((row: Row) => void) | undefined {
  const raw = columns.flatMap((column, at) => (isReadRaw(column) ? [at] : []))
  if (raw.length === 0) return undefined
  const encoding = db.pragma('encoding', { simple: true }) as Encoding
  return row => {
    const flags = row.splice(columns.length).map(Number)
    raw.forEach((at, i) => {
      if ((flags[Math.floor(i / FLAGS)]! >> (i % FLAGS)) & 1)
        row[at] = textOf(row[at] as Uint8Array, encoding)
    })
  }
}

function textOf(bytes: Uint8Array, encoding: Encoding): string | DamagedText {
  if (!isValidText(bytes, encoding)) return DamagedText.around(bytes, encoding)
  if (encoding !== 'UTF-8') return decodeUtf16(bytes, encoding)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
