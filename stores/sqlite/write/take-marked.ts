/** Takes the rows of a run out of a table that was there before: those that it has added go, those that it has changed are as before. */
import { fileTable } from '../../../ledger/in-file/schema.ts'
import type { Connection } from '../open.ts'
import { quote } from '../quote.ts'
import { fromAdded, type OwnRows, rowName, rowNumber, text } from './own-rows.ts'

/** Within a transaction of the caller's. @param sets columns that the run has overwritten, in the order of the ledger's literals */
export function takeMarked(db: Connection, own: OwnRows, sets: readonly string[]): void {
  const { access, target } = own
  const name = access.by === 'key' ? rowName(access, 't') : `t.${rowNumber(access)}`
  db.exec(`DELETE FROM main.${quote(target)} AS t WHERE ${name} IN (SELECT ${name} FROM ${fromAdded(own)})`)
  if (sets.length > 0) putBack(db, own, sets)
  if (access.by === 'rowid') countBack(db, own)
}

/**
 * The next number is the one that it was, where nobody has been given one since; as the copy from before the run has it, where that is
 * attached as `before`.
 */
function countBack(db: Connection, { target, ledger, run, table }: OwnRows): void {
  const counts = (schema: string) =>
    db
      .prepare(`SELECT 1 FROM pragma_table_list WHERE schema = ? AND name = 'sqlite_sequence'`)
      .get(schema) !== undefined
  if (!counts('main') || !counts('before')) return
  const before = db
    .prepare<[string], bigint>('SELECT seq FROM before.sqlite_sequence WHERE name = ?')
    .pluck()
    .safeIntegers()
    .get(target)
  const given = `(SELECT max(last_row) FROM ${ledger}.${fileTable('written')} WHERE run_id = ? AND table_name = ?)`
  const where = `WHERE name = ? AND seq <= ${given}`
  if (before === undefined) db.prepare(`DELETE FROM main.sqlite_sequence ${where}`).run(target, run, table)
  else db.prepare(`UPDATE main.sqlite_sequence SET seq = ? ${where}`).run(before, target, run, table)
}

/** Rows that one statement puts back: each by itself takes ten times as long. */
const TOGETHER = 500

function putBack(db: Connection, own: OwnRows, sets: readonly string[]): void {
  const { access, target, ledger, run, table } = own
  const next = db.prepare<[string, string, string], { row: string; old: string }>(
    `SELECT row, old FROM ${ledger}.${fileTable('overwritten')}
      WHERE run_id = ? AND table_name = ? AND old IS NOT NULL AND row > ? ORDER BY row LIMIT ${TOGETHER}`,
  )
  const values = sets.map((name, i) => `${quote(name)} = v.column${i + 2}`).join(', ')
  const name = access.by === 'key' ? rowName(access, 't') : `t.${rowNumber(access)}`
  for (let rows = next.all(run, table, ''); rows.length > 0; rows = next.all(run, table, rows.at(-1)!.row)) {
    const old = rows.map(({ row, old }) => `(${access.by === 'key' ? text(row) : row}, ${old})`).join(', ')
    db.exec(
      `UPDATE main.${quote(target)} AS t SET ${values} FROM (VALUES ${old}) AS v WHERE ${name} = v.column1`,
    )
  }
}
