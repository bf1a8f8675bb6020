/** A repair's transactions in the ledger: rows that they write are the run's own. */
import { fenced, lockRun } from './fence.ts'
import type { RunToken } from './runs.ts'
import { type Place, type Sql, tableName } from './schema.ts'

/** Locks the run until the transaction ends; throws `fenced` where it is not ours or is repaired no more. */
export async function mayRepair(sql: Sql, place: Place, token: RunToken): Promise<void> {
  if ((await lockRun(sql, place, token)) !== 'repairing') throw fenced(`run ${token.run}`)
}

/**
 * Notes this transaction among those that wrote a table's rows, with its largest chunk: a row that was overwritten shows
 * it as its xmin, and a rollback takes the rows that it finds by it off that chunk's count. Chunks of version 3 know none
 * of theirs, and stay so.
 */
export async function noteWriter(sql: Sql, place: Place, run: string, table: string): Promise<void> {
  const chunk = tableName(place, 'chunk')
  await sql.query(
    `UPDATE ${chunk} SET written_by = written_by || pg_catalog.pg_current_xact_id()
      WHERE run_id = $1 AND table_name = $2
        AND no = (SELECT no FROM ${chunk} WHERE run_id = $1 AND table_name = $2 AND done AND written_by IS NOT NULL
                   ORDER BY rows_written DESC, no LIMIT 1)`,
    [run, table],
  )
}
