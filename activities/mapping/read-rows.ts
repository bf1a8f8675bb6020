/** The query for the rows of a part, after one that was read. */
import { quoteText } from '../../model/sql-text.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { EntryPart } from './part.ts'

/** What no column can be called. */
export const DUPLICATE = '\0duplicate'
export const FATE = '\0fate'

/**
 * In the order in which a row has them: columns of the source, and of the row that it goes with. Where rows are taken again, those
 * alone that this part did not write before; of a query or of elements nobody knows which those were.
 */
export function readSql(
  { source, parent, entry, name, table, again }: EntryPart,
  places: ReadonlyMap<string, number>,
  parentPlaces: ReadonlyMap<string, number>,
): string {
  const own = (column: string): string => {
    if (column === DUPLICATE) return 'd.row IS NOT NULL'
    return column === FATE ? 'm.fate' : `s.${quote(column)}`
  }
  const inOrder = [
    ...[...places].map(([column, at]) => ({ at, sql: own(column) })),
    ...[...parentPlaces].map(([column, at]) => ({ at, sql: `p.${quote(column)}` })),
  ].sort((a, b) => a.at - b.at)
  const row = `s.${quote(source.rowNumber)}`
  const joins = [
    ...(entry.dedupe ? [`LEFT JOIN work.${quote(`duplicate ${name}`)} d ON d.row = ${row}`] : []),
    ...(parent
      ? [
          `LEFT JOIN work.${quote(`made ${parent.name}`)} m ON m.row = s.${quote(source.rowOfParent)}`,
          `LEFT JOIN image.${quote(parent.table)} p ON p.${parent.rowNumber} = m.made`,
        ]
      : []),
  ]
  const only = again ? ` AND ${row} IN (${leftFor(table, name, source.table)})` : ''
  return `SELECT ${[row, ...inOrder.map(({ sql }) => sql)].join(', ')} FROM ${source.sql} s ${joins.join(' ')}
      WHERE ${row} > ?${only} ORDER BY ${row}`
}

const leftFor = (table: string, part: string, source: string | undefined): string =>
  source === undefined
    ? 'NULL'
    : `SELECT row FROM main.longhaul_again WHERE "table" = ${quoteText(table)} AND source = ${quoteText(source)}
        AND (part IS NULL OR part = ${quoteText(part)})`
