/** The widest row of a table with very many columns, by what PostgreSQL keeps of a row in its page. */
import { KEPT_BYTES, MAX_ROW_BYTES, POINTER_BYTES } from '../../model/build-plan/limits.ts'
import type { Table } from '../../model/schema.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** SQLite takes no deeper expression than 1,000: a sum of sums stays far below. */
const TERMS = 100

/** Bytes of the widest row, counted low; nothing where no row of so few columns is too wide. */
export function scanWidest(db: Connection, { name, columns }: Table): { widest?: number } {
  if (columns.length * KEPT_BYTES <= MAX_ROW_BYTES) return {}
  const widths = columns.map(column => widthOf(quote(column.name)))
  const sums: string[] = []
  for (let i = 0; i < widths.length; i += TERMS) sums.push(`(${widths.slice(i, i + TERMS).join(' + ')})`)
  const widest = db
    .prepare<[], number | null>(`SELECT max(${sums.join(' + ')}) FROM ${quote(name)}`)
    .pluck()
    .get()
  return { widest: widest ?? 0 }
}

/** Characters are no more than bytes, in every encoding. */
const widthOf = (column: string): string =>
  `CASE typeof(${column}) WHEN 'null' THEN 0 WHEN 'integer' THEN 8 WHEN 'real' THEN 8
     ELSE iif(length(${column}) < ${KEPT_BYTES}, length(${column}) + 1, ${POINTER_BYTES}) END`
