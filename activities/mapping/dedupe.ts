/** Rows of a source that are the same in some columns: all but one of them are noted, before the first is mapped. */
import { type Around, compileColumn, compileCondition } from '../../model/mapping/compile.ts'
import { type MappedCell, Refusal } from '../../model/mapping/refusal.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import type { EntryPart } from './part.ts'
import { once } from './work-file.ts'

/** Only rows that meet the condition of the entry are compared; a NULL is equal to nothing. */
export function noteDuplicates(db: Connection, part: EntryPart): void {
  const { dedupe } = part.entry
  if (!dedupe) return
  const { source, name } = part
  const row = `s.${quote(source.rowNumber)}`
  const on = dedupe.on.map(column => `s.${quote(column)}`)
  const order = dedupe.keep === 'first' ? 'ASC' : 'DESC'
  once(db, `order ${name}`, 'row INTEGER PRIMARY KEY, "by"', () => noteOrder(db, part))
  once(db, `duplicate ${name}`, 'row INTEGER PRIMARY KEY', () => {
    db.exec(`
      INSERT INTO work.${quote(`duplicate ${name}`)} (row)
      SELECT row FROM (
        SELECT ${row} AS row, row_number() OVER (PARTITION BY ${on.join(', ')} ORDER BY o."by" ${order} NULLS LAST, ${row} ${order}) AS place
          FROM ${source.sql} s JOIN work.${quote(`order ${name}`)} o ON o.row = ${row}
         WHERE ${on.map(column => `${column} IS NOT NULL`).join(' AND ')})
       WHERE place > 1`)
  })
}

/** Rows that meet the condition, each with the value that orders it. */
function noteOrder(db: Connection, { entry, source, name }: EntryPart): void {
  const { by } = entry.dedupe!
  const places = new Map<string, number>()
  const at = (column: string): number => {
    const place = places.get(column) ?? places.size
    places.set(column, place)
    return place
  }
  const none = (): never => {
    throw new Error('not asked for')
  }
  const around: Around = { columns: source.columns, at, atParent: none, lookup: none, hash: none }
  const meets = entry.where === undefined ? () => true : compileCondition(entry.where, around)
  const orderOf = by === undefined ? () => null : orderBy(entry.columns, by, around)
  const insert = db.prepare(`INSERT INTO work.${quote(`order ${name}`)} (row, "by") VALUES (?, ?)`)
  const columns = [source.rowNumber, ...places.keys()].map(column => `s.${quote(column)}`).join(', ')
  const read = db
    .prepare(
      `SELECT ${columns} FROM ${source.sql} s WHERE s.${quote(source.rowNumber)} > ? ORDER BY 1 LIMIT 5000`,
    )
    .raw()
    .safeIntegers()
  for (let after = -(2n ** 63n); ; ) {
    const rows = read.all(after) as [bigint, ...MappedCell[]][]
    for (const [row, ...cells] of rows) if (meets(cells)) insert.run(row, orderOf(cells))
    if (rows.length === 0) return
    after = rows.at(-1)![0]
  }
}

/** Dates by the format that the mapping names for them, numbers in texts as numbers. */
function orderBy(
  columns: EntryPart['entry']['columns'],
  by: string,
  around: Around,
): (cells: MappedCell[]) => MappedCell {
  const formatted = Object.values(columns).find(
    column => 'from' in column && column.from === by && column.date !== undefined,
  )
  const { date, zone } = formatted ?? {}
  const column = { from: by, ...(date !== undefined && { date }), ...(zone !== undefined && { zone }) }
  const value = compileColumn(by, column, { type: undefined, notNull: false }, around)
  return cells => {
    const cell = value(cells)
    if (cell instanceof Refusal) return null
    return typeof cell === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(cell) ? Number(cell) : cell
  }
}
