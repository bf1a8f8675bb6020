/** A table of the image whose types are those of its cells, or what the target asks for. */

import { formsIn, type Tally } from '../../model/files/tally.ts'
import {
  allFit,
  type ColumnWish,
  declaredFor,
  fitsWish,
  REQUIRED,
  refusalOf,
  type StageCell,
} from '../../model/files/wish.ts'
import type { Finding } from '../../model/finding.ts'
import type { Connection } from '../sqlite/open.ts'
import { quote } from '../sqlite/quote.ts'
import type { StageColumn, StageTable } from './read.ts'
import { rejectRow } from './reject.ts'
import { rowNumberOf } from './tables.ts'

export interface ImageColumn {
  name: string
  /** SQL over the table of the stage. */
  read: string
}

export interface ImageTable {
  columns: ImageColumn[]
  /** Rejects the rows that cannot be taken; absent where all can. */
  refuses?: () => void
}

/** Makes the table, and says what is to be said of its columns. */
export function typedTable(
  from: Connection,
  to: Connection,
  { name, columns }: StageTable,
  wishes: Record<string, ColumnWish>,
  findings: Finding[],
): ImageTable {
  // A column may be called as what every object has.
  const wished = new Map(Object.entries(wishes))
  const typed = columns.map(column => typedColumn(column, wished.get(column.name)))
  to.exec(`CREATE TABLE ${quote(name)} (${typed.map(c => `${quote(c.name)} ${c.declared}`).join(', ')})`)
  for (const { name: column, found, tally } of columns)
    if (found.kind === 'mixed' && tally && !wished.has(column))
      findings.push(mixed(`${name}.${column}`, formsIn(tally)))
  for (const { name: column, tally } of columns) {
    const wish = wished.get(column)
    if (wish && isCompleted(wish, tally)) findings.push(completed(`${name}.${column}`))
  }
  const checked = columns.flatMap(column => {
    const wish = wished.get(column.name)
    return wish && !isFine(column, wish) ? [{ name: column.name, wish }] : []
  })
  return {
    columns: typed,
    ...(checked.length > 0 && { refuses: () => refuse(from, name, checked) }),
  }
}

interface TypedColumn extends ImageColumn {
  declared: string
}

function typedColumn({ name, found, tally }: StageColumn, wish: ColumnWish | undefined): TypedColumn {
  const declared = (wish && tally && declaredFor(wish, tally)) ?? found.declared
  if (declared === 'BOOLEAN') return { name, declared, read: truth(quote(name)) }
  return { name, declared, read: wish && isCompleted(wish, tally) ? moment(quote(name)) : quote(name) }
}

/** A day is its midnight, and a minute its first second, where the target's column has both. */
const isCompleted = ({ type }: ColumnWish, tally: Tally | undefined): boolean =>
  type.kind === 'timestamp' && ((tally?.counts.date ?? 0) > 0 || (tally?.counts.text ?? 0) > 0)

const moment = (column: string): string =>
  `CASE length(${column}) WHEN 10 THEN ${column} || ' 00:00:00' WHEN 16 THEN ${column} || ':00' ELSE ${column} END`

const truth = (column: string): string => `
  CASE lower(CAST(${column} AS TEXT))
    WHEN 'true' THEN 1 WHEN 't' THEN 1 WHEN 'yes' THEN 1 WHEN 'y' THEN 1 WHEN 'on' THEN 1 WHEN '1' THEN 1
    WHEN 'false' THEN 0 WHEN 'f' THEN 0 WHEN 'no' THEN 0 WHEN 'n' THEN 0 WHEN 'off' THEN 0 WHEN '0' THEN 0
  END`

const isFine = ({ tally }: StageColumn, wish: ColumnWish): boolean =>
  tally !== undefined && allFit(wish, tally) && !(wish.required && (tally.counts.null ?? 0) > 0)

interface Checked {
  name: string
  wish: ColumnWish
}

/** Rows that are looked at in one go. */
const PAGE = 5000

/** Looks at each row; the first column that does not fit says why the row is rejected. */
function refuse(from: Connection, table: string, checked: readonly Checked[]): void {
  const rowNumber = rowNumberOf(from, table)
  const page = from
    .prepare<[number | bigint], [bigint, ...(StageCell | null)[]]>(
      `SELECT ${rowNumber}, ${checked.map(({ name }) => quote(name)).join(', ')}
         FROM ${quote(table)} WHERE ${rowNumber} > ? ORDER BY ${rowNumber} LIMIT ${PAGE}`,
    )
    .raw()
    .safeIntegers()
  from.transaction(() => {
    for (let last: number | bigint = 0; ; ) {
      const rows = page.all(last)
      if (rows.length === 0) return
      last = rows.at(-1)![0]
      const refused = rows.flatMap(([row, ...cells]) => {
        const at = checked.findIndex(({ wish }, i) => !takes(wish, cells[i]!))
        if (at < 0) return []
        const { name, wish } = checked[at]!
        const { rule, reason } = cells[at] === null ? REQUIRED : refusalOf(wish.type)
        return [{ row, rule, reason: `${name}: ${reason}` }]
      })
      for (const one of refused) rejectRow(from, { table, source: table, ...one })
    }
  })()
}

const takes = ({ type, required }: ColumnWish, cell: StageCell | null): boolean =>
  cell === null ? !required : fitsWish(type, cell)

const completed = (object: string): Finding => ({
  code: 'times-completed',
  severity: 'note',
  object,
  message: 'days without a time are read as their midnight, and times without seconds as full minutes',
})

const mixed = (object: string, forms: readonly string[]): Finding => ({
  code: 'mixed-kinds',
  severity: 'warning',
  object,
  message: `it holds values of several kinds (${forms.join(', ')}): a column for all of them is one of texts`,
  remedy: 'Map it, if one kind is meant',
})
