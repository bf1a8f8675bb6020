/** Takes the rows of a run out of a table that was there before: those that it has added go, those that it has changed are as before. */
import { fileTable } from '../../../ledger/in-file/schema.ts'
import type { Connection } from '../open.ts'
import { quote } from '../quote.ts'
import { fromAdded, type OwnRows, rowName, rowNumber } from './own-rows.ts'

/** Within a transaction of the caller's. @param sets columns that the run has overwritten, in the order of the ledger's literals */
export function takeMarked(db: Connection, own: OwnRows, sets: readonly string[]): void {
  const { access, target } = own
  const name = access.by === 'key' ? rowName(access, 't') : `t.${rowNumber(access)}`
  db.exec(`DELETE FROM main.${quote(target)} AS t WHERE ${name} IN (SELECT ${name} FROM ${fromAdded(own)})`)
  if (sets.length > 0) putBack(db, own, sets)
}

function putBack(
  db: Connection,
  { access, target, ledger, run, table }: OwnRows,
  sets: readonly string[],
): void {
  const rows = db
    .prepare<[string, string], { row: string; old: string }>(
      `SELECT row, old FROM ${ledger}.${fileTable('overwritten')}
        WHERE run_id = ? AND table_name = ? AND old IS NOT NULL`,
    )
    .all(run, table)
  const columns = sets.map(quote).join(', ')
  const where =
    access.by === 'key' ? `${rowName(access, 't')} = ?` : `t.${rowNumber(access)} = CAST(? AS INTEGER)`
  for (const { row, old } of rows)
    db.prepare(`UPDATE main.${quote(target)} AS t SET (${columns}) = (SELECT ${old}) WHERE ${where}`).run(row)
}
